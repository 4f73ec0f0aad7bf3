import CLibbpf
import CTapsets
print(libbpf_major_version(), swtap_tapset_count)
