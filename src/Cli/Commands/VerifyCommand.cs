using System.CommandLine;
using Cairn.Artifacts;

namespace Cairn.Cli.Commands;

internal static class VerifyCommand
{
    public static Command Create()
    {
        var reference = AssetArgument.OptionalReference(ArtifactOptions.ReferenceText);
        var all = new Option<bool>("--all") { Description = "Verify every blob of the store, and check that all blobs that the manifests refer to exist." };
        var after = new Option<string?>("--after") { Description = "With --all: start after this digest.", HelpName = "DIGEST" };
        var store = ArtifactOptions.Store();
        return new Command("verify", "Compare the content of blobs with their digests. If blobs are damaged, list them and exit with code 1.") { reference, all, after, store }
            .Runs((Func<Session, ParseResult, CancellationToken, Task<int>>)(async (session, parsed, cancellationToken) =>
            {
                var what = parsed.GetValue(reference);
                if (what is null != parsed.GetValue(all))
                    throw new UsageException("Specify either REF or --all.");
                if (parsed.GetValue(after) is not null && what is not null)
                    throw new UsageException("--after requires --all.");
                var repository = await ArtifactOptions.OpenAsync(session, parsed.GetRequiredValue(store), cancellationToken).ConfigureAwait(false);
                var checks = what is not null
                    ? repository.VerifyAsync(await AssetResolver.ResolveAsync(session, repository, what, cancellationToken).ConfigureAwait(false), cancellationToken)
                    : repository.VerifyAllAsync(parsed.GetValue(after) is { } start ? ArtifactOptions.ParseDigest(start) : null, cancellationToken);
                long intact = 0, bytes = 0, damaged = 0;
                await foreach (var check in checks.ConfigureAwait(false))
                {
                    if (check.IsIntact)
                    {
                        intact++;
                        bytes += check.Length;
                        continue;
                    }
                    damaged++;
                    session.Output.Line($"{check.Path}: {check.Problem}");
                }
                session.Output.Line($"{intact} blobs of {ByteSize.Format(bytes)} are intact, {damaged} are damaged");
                return damaged == 0 ? ExitCode.Done : ExitCode.Failed;
            }));
    }
}
