using System.CommandLine;
using Cairn.Cli.Commands;

namespace Cairn.Cli;

/// <summary>The options that the commands of the catalog share, and how they open it.</summary>
internal sealed class CatalogOptionSet
{
    /// <summary>The environment variable with the id of the user.</summary>
    public const string UserVariable = "CAIRN_USER";

    private CatalogOptionSet(bool changes)
    {
        DryRun = changes ? new("--dry-run", "-n") { Description = "Decide on the newest state, and print what would happen, without writing anything." } : null;
        User = changes ? new("--user") { Description = $"The id of the user, which the records contain permanently. Default: ${UserVariable}, otherwise 'u:' and the login name.", HelpName = "ID" } : null;
    }

    public Option<string> Store { get; } = ArtifactOptions.Store();

    public Option<bool> Json { get; } = Shell.Json.Option();

    private Option<bool>? DryRun { get; }

    private Option<string?>? User { get; }

    /// <summary>Creates the options of a command that only reads.</summary>
    public static CatalogOptionSet ForReading() => new(changes: false);

    /// <summary>Creates the options of a command that makes changes.</summary>
    public static CatalogOptionSet ForChanges() => new(changes: true);

    /// <summary>Adds the options to a command and sets its action, which returns the exit code.</summary>
    public Command Runs(Command command, Func<CatalogCall, Task<int>> run)
    {
        if (DryRun is not null)
            command.Add(DryRun);
        if (User is not null)
            command.Add(User);
        command.Add(Json);
        command.Add(Store);
        return command.Runs(
            async (session, parsed, cancellationToken) =>
            {
                var call = new CatalogCall(this, session, parsed, cancellationToken);
                await using var closing = call.ConfigureAwait(false);
                var code = await run(call).ConfigureAwait(false);
                await call.FlushAsync().ConfigureAwait(false);
                return code;
            },
            onlyReads: DryRun is null);
    }

    /// <summary>Adds the options to a command and sets its action; the exit code is 0 unless the action throws.</summary>
    public Command Runs(Command command, Func<CatalogCall, Task> run) => Runs(command, async call =>
    {
        await run(call).ConfigureAwait(false);
        return ExitCode.Done;
    });

    /// <summary>Returns whether the command changes the catalog, or decides as if it did.</summary>
    public bool Changes => DryRun is not null;

    public bool IsDryRun(ParseResult parsed) => DryRun is not null && parsed.GetValue(DryRun);

    public string UserOf(ParseResult parsed) => User is null ? ""
        : parsed.GetValue(User) ?? DefaultUser;

    /// <summary>Gets the id of the user from the environment.</summary>
    public static string DefaultUser => Environment.GetEnvironmentVariable(UserVariable) is { Length: > 0 } named ? named : $"u:{Environment.UserName}";
}
