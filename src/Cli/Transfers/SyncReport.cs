using Cairn.Transfers;

namespace Cairn.Cli;

/// <summary>Prints the progress of <c>sync</c>: each step when it happens, each failure, and the summary.</summary>
internal sealed class SyncReport(Session session, bool dryRun, bool json)
{
    public void Step(SyncStep step)
    {
        var action = step.Action switch { SyncAction.Copy => "copy", SyncAction.MakeDirectory => "mkdir", _ => "remove" };
        if (!json)
        {
            session.Output.Line($"{action} {step.Path.Value}{(step.IsDirectory ? "/" : "")} ({step.Reason})");
            return;
        }
        session.Output.Json(writer =>
        {
            writer.WriteString("action", action);
            writer.WriteString("name", step.Path.Value);
            writer.WriteString("kind", step.IsDirectory ? "directory" : "file");
            if (!step.IsDirectory && step.Action == SyncAction.Copy)
                writer.WriteNumber("length", step.Length);
            writer.WriteString("reason", step.Reason);
        });
    }

    /// <summary>Prints the summary. The failures are printed to standard error.</summary>
    public void End(TransferResult result)
    {
        if (!json)
        {
            var failed = result.Failures.Count == 0 ? "" : $", failed {result.Failures.Count}";
            var skipped = result.Skipped.Count == 0 ? "" : $", skipped {result.Skipped.Count}";
            session.Output.Line($"{(dryRun ? "Would copy" : "Copied")} {result.Files} ({ByteSize.Format(result.Bytes)}), {(dryRun ? "remove" : "removed")} {result.Removed}, {(dryRun ? "keep" : "kept")} {result.Kept}{skipped}{failed}.");
            return;
        }
        foreach (var skipped in result.Skipped)
        {
            session.Output.Json(writer =>
            {
                writer.WriteString("action", "skip");
                writer.WriteString("name", skipped.Path);
                writer.WriteString("reason", skipped.Reason);
            });
        }
        foreach (var failure in result.Failures)
        {
            session.Output.Json(writer =>
            {
                writer.WriteString("action", "fail");
                if (failure.Uri is not null)
                    writer.WriteString("address", failure.Uri.ToString());
                writer.WriteString("code", failure.Code.ToString());
                writer.WriteString("reason", session.Redact(failure.Reason));
            });
        }
    }
}
