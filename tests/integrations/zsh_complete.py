"""zsh_complete.py FPATH LINE: prints what an interactive zsh lists when Tab is pressed after LINE."""
import os, pty, re, select, sys, time

fpath, line = sys.argv[1:3]
pid, fd = pty.fork()
if pid == 0:
    os.environ.update(TERM="dumb", PS1="> ", COLUMNS="200", LINES="100")
    os.execvp("zsh", ["zsh", "-f", "-i"])


def read_until(mark, seconds=20):
    text, end = "", time.time() + seconds
    while time.time() < end and not re.search(mark, text):
        if select.select([fd], [], [], 0.2)[0]:
            try:
                text += os.read(fd, 65536).decode(errors="replace")
            except OSError:
                break
    return text


os.write(fd, ("stty cols 200 rows 100; unsetopt zle_bracketed_paste 2>/dev/null; fpath=(%s $fpath); autoload -Uz compinit; compinit -u -D; "
              "LISTMAX=1000; setopt autolist noautomenu; bindkey '^I' expand-or-complete; bindkey '^T' list-choices; "
              "zle -N done-mark; done-mark() { print -r -- ':do'ne; }; bindkey '^Y' done-mark; print re''ady\n" % fpath).encode())
read_until(r"\nready")
os.write(fd, line.encode() + b"\x14\x19")
print(read_until(r":done"))
os.write(fd, b"\x15exit\n")
os.close(fd)
os.waitpid(pid, 0)
