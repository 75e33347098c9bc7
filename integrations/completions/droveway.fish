# fish completion for droveway and kubectl-droveway. It reads commands and options from `droveway COMMAND --help`, so it is
# always up to date.
function __droveway_values -a program command previous # the values of the option PREVIOUS; nothing for files and free text
    switch $previous
        case -o --output
            $program $command --help 2>/dev/null | string match -rg -- '-o ([a-z]+[|][a-z|]+)' | head -n 1 | string split '|'
        case --context
            set -l words (commandline -opc)
            set -l at (contains -i -- --kubeconfig $words)
            and set -l file --kubeconfig $words[(math $at + 1)]
            $program completion contexts $file 2>/dev/null
        case --fail-on
            printf '%s\n' deny warn never
        case --color
            printf '%s\n' auto always never
        case --log-format
            printf '%s\n' json text
        case --log-level
            printf '%s\n' error warn info debug
        case --family
            printf '%s\n' 4 6
        case --plugin
            printf '%s\n' macvlan bridge
        case --size --suggest
            printf '%s\n' /22 /23 /24 /25 /26 /64
    end
end

function __droveway_complete
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    set -l program $words[1]
    if test (count $words) -lt 2
        $program --help 2>/dev/null | string replace -rf '^  ([a-z]+) +(.+)$' '$1\t$2'
        return
    end
    set -l command $words[2]
    set -l values (__droveway_values $program $command $words[-1])
    if test (count $values) -gt 0
        printf '%s\n' $values
    else if string match -q -- '-*' $word
        $program $command --help 2>/dev/null | string replace -rf '^ +(?:-[a-z], +)?(--[a-z][a-z0-9-]*)(?: [A-Z/|0-9.:]+)*(?: +(.*))?$' '$1\t$2'
    else if test $command = explain
        $program rules 2>/dev/null | tail -n +2 | string match -rg '^([a-z-]+)'
    else if test $command = completion
        printf '%s\n' bash zsh fish
    else if test $command = preflight; and not string match -q -- '--*' $words[-1]
        printf '%s\n' install enforce verify uninstall
    else
        __fish_complete_path $word
    end
end

complete -c droveway -f -a '(__droveway_complete)'
complete -c kubectl-droveway -f -a '(__droveway_complete)'
