namespace Cairn.Cli;

/// <summary>The scripts that complete <c>cairn</c> in a shell. They call the command with the line up to the cursor.</summary>
internal static class ShellScripts
{
    public const string Bash = """
        # Completion of cairn for bash. Load it with:  source <(cairn completion bash)
        _cairn() {
            local line="${COMP_LINE:0:COMP_POINT}" found=() one
            local word="${line##*[[:space:]]}"
            while IFS= read -r one; do found+=("$one"); done < <("${COMP_WORDS[0]}" complete "$line" 2>/dev/null)
            # bash breaks words at ':' and '@' and replaces only what follows the last one.
            local kept="" breaks="${COMP_WORDBREAKS//[^:@]/}"
            [[ -n $breaks && $word == *["$breaks"]* ]] && kept="${word%"${word##*["$breaks"]}"}"
            COMPREPLY=()
            for one in "${found[@]}"; do
                one="${one#"$kept"}"
                [[ $one == *[\ \'\"\\\&\;\(\)\$\`\|\<\>\#\*\?\[]* ]] && printf -v one '%q' "$one"
                COMPREPLY+=("$one")
            done
            [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[/:] ]] && compopt -o nospace 2>/dev/null
            return 0
        }
        complete -o default -F _cairn cairn
        """;

    public const string Zsh = """
        #compdef cairn
        # Completion of cairn for zsh. Load it with:  source <(cairn completion zsh)
        _cairn() {
            local -a found open done
            local one
            found=("${(@f)$("${words[1]}" complete "$LBUFFER" 2>/dev/null)}")
            for one in $found; do
                if [[ $one == */ || $one == *: ]]; then open+=("$one"); else done+=("$one"); fi
            done
            (( $#open )) && compadd -S '' -- $open
            (( $#done )) && compadd -- $done
            return 0
        }
        compdef _cairn cairn
        """;

    public const string Fish = """
        # Completion of cairn for fish. Load it with:  cairn completion fish | source
        complete -c cairn -f -a '(cairn complete (commandline -cp | string collect) 2>/dev/null)'
        """;
}
