// SPDX-License-Identifier: GPL-3.0-or-later
// Readline by its callback interface, with the state that C must keep; the thinnest shims for the REPL.
#ifndef SWTAP_CREADLINE_H
#define SWTAP_CREADLINE_H

/// Prepares readline: signals are left to the caller. `is_dumb` does without colours and bracketed paste.
void swtap_prompt_prepare(int is_dumb);

/// Shows a prompt and begins to read a line.
void swtap_prompt_begin(const char *prompt);

/// Gives the terminal back; nothing is read until the next `swtap_prompt_begin`.
void swtap_prompt_end(void);

/// Takes one key. 1 when a line is complete, which is in `*line` for the caller to free; 2 at the end of input; else 0.
int swtap_prompt_key(char **line);

/// Hides the line that is being typed, for output in its place; `swtap_prompt_restore` shows it again below.
void swtap_prompt_hide(void);
void swtap_prompt_restore(void);

/// Forgets what has been typed, and ends as `swtap_prompt_end` on a new line; whether there was anything.
int swtap_prompt_discard(void);

/// Takes note of another size of the terminal.
void swtap_prompt_resize(void);

/// Gives the terminal back before the process stops, and takes it again after.
void swtap_prompt_suspend(void);
void swtap_prompt_resume(void);

/// The history: at most `limit` lines, read from and written to a file.
void swtap_history_load(const char *path, int limit);
void swtap_history_add(const char *line);
/// 0 or the errno.
int swtap_history_save(const char *path);

/// Completes words: `complete` returns malloc'ed candidates for the word that starts at byte `start` of the line, up to
/// `end`, with NULL behind the last one, or NULL for none. `*append` is what follows a single one, 0 for nothing;
/// with `*wants_files` the names of files are completed instead.
typedef char **(*swtap_completer)(
    void *context, const char *line, int start, int end, char *append, int *wants_files);
void swtap_prompt_completer(swtap_completer complete, void *context);

#endif
