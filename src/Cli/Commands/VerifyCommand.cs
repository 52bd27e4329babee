using System.CommandLine;
using Cairn.Artifacts;

namespace Cairn.Cli.Commands;

internal static class VerifyCommand
{
    public static Command Create()
    {
        var reference = new Argument<string?>("ref") { Description = "A name, or sha256: and 64 digits.", HelpName = "REF", Arity = ArgumentArity.ZeroOrOne };
        var all = new Option<bool>("--all") { Description = "Every blob of the store, and that all that manifests need is there." };
        var after = new Option<string?>("--after") { Description = "With --all: begin after this digest.", HelpName = "DIGEST" };
        var store = ArtifactOptions.Store();
        return new Command("verify", "Read blobs and compare them with their digests; exit code 1 and a list on damage.") { reference, all, after, store }
            .Runs((Func<Session, ParseResult, CancellationToken, Task<int>>)(async (session, parsed, cancellationToken) =>
            {
                var what = parsed.GetValue(reference);
                if (what is null != parsed.GetValue(all))
                    throw new UsageException("Give a REF or --all, and not both.");
                if (parsed.GetValue(after) is not null && what is not null)
                    throw new UsageException("--after goes with --all.");
                var repository = await ArtifactOptions.OpenAsync(session, parsed.GetRequiredValue(store), cancellationToken).ConfigureAwait(false);
                var checks = what is not null
                    ? repository.VerifyAsync(what, cancellationToken)
                    : repository.VerifyAllAsync(parsed.GetValue(after) is { } start ? BlobDigest.Parse(start) : null, cancellationToken);
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
                session.Output.Line($"{intact} blobs of {ByteSize.Format(bytes)} are whole, {damaged} are not");
                return damaged == 0 ? ExitCode.Done : ExitCode.Failed;
            }));
    }
}
