// SPDX-License-Identifier: GPL-3.0-or-later
#include "CReadline.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <readline/history.h>
#include <readline/readline.h>

static char *finished;
static int has_finished;
static int is_at_end;
static swtap_completer completer;
static void *completer_context;
static char **candidates;
static int candidate_index;
static char append_character;

static void take_line(char *line) {
    if (line) {
        finished = line;
        has_finished = 1;
    } else {
        is_at_end = 1;
    }
    // The handler stays away until the next prompt: what runs meanwhile has the terminal as it wants it.
    rl_callback_handler_remove();
}

static char *next_candidate(const char *text, int state) {
    (void)text;
    if (state == 0) candidate_index = 0;
    return candidates ? candidates[candidate_index++] : NULL;
}

static char **attempt_completion(const char *text, int start, int end) {
    append_character = ' ';
    int wants_files = 0;
    candidates = completer ? completer(completer_context, rl_line_buffer, start, end, &append_character, &wants_files) : NULL;
    rl_attempted_completion_over = !wants_files;
    rl_completion_append_character = append_character;
    char **matches = candidates ? rl_completion_matches(text, next_candidate) : NULL;
    // The strings belong to the matches now.
    free(candidates);
    candidates = NULL;
    return matches;
}

void swtap_prompt_prepare(int is_dumb) {
    rl_readline_name = "swtap";
    rl_catch_signals = 0;
    rl_catch_sigwinch = 0;
    rl_change_environment = 0;
    rl_attempted_completion_function = attempt_completion;
    rl_basic_word_break_characters = " \t\n\"'`{}()[];,=+-*/%<>&|^!~?:";
    rl_special_prefixes = "$@";
    rl_initialize();
    rl_variable_bind("enable-bracketed-paste", is_dumb ? "off" : "on");
    using_history();
}

void swtap_prompt_begin(const char *prompt) { rl_callback_handler_install(prompt, take_line); }

void swtap_prompt_end(void) { rl_callback_handler_remove(); }

int swtap_prompt_key(char **line) {
    rl_callback_read_char();
    if (is_at_end) {
        is_at_end = 0;
        // With bracketed paste readline has done it.
        if (strcmp(rl_variable_value("enable-bracketed-paste"), "off") == 0) fputs("\n", rl_outstream);
        fflush(rl_outstream);
        return 2;
    }
    if (!has_finished) return 0;
    has_finished = 0;
    *line = finished;
    finished = NULL;
    return 1;
}

void swtap_prompt_hide(void) {
    rl_clear_visible_line();
    fflush(rl_outstream);
}

void swtap_prompt_restore(void) {
    rl_on_new_line();
    rl_redisplay();
}

int swtap_prompt_discard(void) {
    int had_text = rl_end > 0;
    // An incremental search ends, too.
    rl_callback_sigcleanup();
    rl_replace_line("", 1);
    rl_callback_handler_remove();
    fputs("\n", rl_outstream);
    fflush(rl_outstream);
    return had_text;
}

void swtap_prompt_resize(void) { rl_resize_terminal(); }

void swtap_prompt_suspend(void) {
    rl_cleanup_after_signal();
}

void swtap_prompt_resume(void) {
    rl_reset_after_signal();
    rl_resize_terminal();
    rl_on_new_line();
    rl_redisplay();
}

void swtap_history_load(const char *path, int limit) {
    stifle_history(limit);
    read_history(path);
}

void swtap_history_add(const char *line) {
    HIST_ENTRY *last = history_length > 0 ? history_get(history_base + history_length - 1) : NULL;
    if (!last || strcmp(last->line, line) != 0) add_history(line);
}

int swtap_history_save(const char *path) { return write_history(path); }

void swtap_prompt_completer(swtap_completer complete, void *context) {
    completer = complete;
    completer_context = context;
}
