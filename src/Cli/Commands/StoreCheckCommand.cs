using System.CommandLine;

namespace Cairn.Cli.Commands;

internal static class StoreCheckCommand
{
    public static Command Create()
    {
        var names = new Argument<string[]>("name") { Description = "The stores; all by default.", HelpName = "NAME", Arity = ArgumentArity.ZeroOrMore, CompletionSources = { Completions.StoreNames } };
        var write = new Option<bool>("--write") { Description = "Also write, read and remove a small file." };
        var json = Json.Option();
        return new Command("check", "Open stores and look whether they answer.") { names, write, json }
            .Runs(async (session, parsed, cancellationToken) =>
            {
                var content = session.Workspace.Read();
                var wanted = parsed.GetValue(names) is { Length: > 0 } given ? given.Select(content.Find) : content.Stores;
                var code = ExitCode.Done;
                foreach (var store in wanted.ToArray())
                {
                    var error = await CheckAsync(session, store, parsed.GetValue(write), cancellationToken).ConfigureAwait(false);
                    if (parsed.GetValue(json))
                    {
                        session.Output.Json(writer =>
                        {
                            writer.WriteString("name", store.Name);
                            writer.WriteBoolean("ok", error is null);
                            if (error is not null)
                                writer.WriteString("code", error.Code.ToString());
                        });
                    }
                    else if (error is null)
                        session.Output.Line($"{store.Name}: ok");
                    if (error is not null)
                        code = Math.Max(code, session.Report(error));
                }
                return code;
            });
    }

    private static async Task<ArtifactStoreException?> CheckAsync(Session session, RegisteredStore registered, bool write, CancellationToken cancellationToken)
    {
        try
        {
            var store = await session.OpenAsync(registered, cancellationToken).ConfigureAwait(false);
            await foreach (var _ in store.ListAsync(default, cancellationToken: cancellationToken).ConfigureAwait(false))
                break;
            if (write)
                await ProbeAsync(store, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (ArtifactStoreException e)
        {
            return e;
        }
    }

    private static async Task ProbeAsync(ArtifactStore store, CancellationToken cancellationToken)
    {
        var path = ArtifactPath.Parse($".cairn-check-{Guid.NewGuid():N}");
        await store.WriteTextAsync(path, path.Value, WriteMode.CreateNew, cancellationToken: cancellationToken).ConfigureAwait(false);
        try
        {
            if (await store.ReadTextAsync(path, cancellationToken: cancellationToken).ConfigureAwait(false) != path.Value)
                throw new ArtifactStoreException(StoreErrorCode.IntegrityFailure, "a file read back differs from what was written").WithContext("check", store.Root);
        }
        finally
        {
            await store.RemoveAsync(path, CancellationToken.None).ConfigureAwait(false);
        }
    }
}
