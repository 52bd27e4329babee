using Cairn.Providers.Local.Platform;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Providers.Local.Tests.Crash;

/// <summary>A directory of the machine's, with a record of every change of its entries and every flush.</summary>
internal sealed class RecordingDirectory(RecordingFileSystem fileSystem, LocalDirectory inner) : LocalDirectory
{
    private DiskLog Log => fileSystem.Log;

    public override LocalFacts Facts => inner.Facts;

    public override bool IsGone => inner.IsGone;

    public override bool IsEmpty => inner.IsEmpty;

    public override bool IsImplicit => inner.IsImplicit;

    private int Number => NumberOf(inner.Facts);

    public override LocalFacts? Look(string name) => inner.Look(name);

    public override LocalFacts? Look(NameList names, int index) => inner.Look(names, index);

    public override SafeFileHandle CreateFile(string name)
    {
        lock (Log.Gate)
        {
            var file = inner.CreateFile(name);
            var facts = fileSystem.FactsOf(file);
            Log.Add(new EntryStep(Number, name, Log.NewNumber(facts.Device, facts.Identity)));
            return file;
        }
    }

    public override bool Rename(string name, LocalDirectory target, string newName, bool overwrite)
    {
        fileSystem.Before?.Invoke("rename", newName);
        lock (Log.Gate)
        {
            var to = (RecordingDirectory)target;
            var moved = inner.Look(name);
            if (!inner.Rename(name, to.Unwrapped, newName, overwrite))
                return false;
            Log.Add(new EntryStep(to.Number, newName, NumberOf(moved!.Value), (Number, name)));
            return true;
        }
    }

    public override bool RemoveFile(string name)
    {
        fileSystem.Before?.Invoke("remove", name);
        lock (Log.Gate)
        {
            if (!inner.RemoveFile(name))
                return false;
            Log.Add(new EntryStep(Number, name, null));
            return true;
        }
    }

    public override RemoveOutcome RemoveDirectory(string name)
    {
        lock (Log.Gate)
        {
            var outcome = inner.RemoveDirectory(name);
            if (outcome == RemoveOutcome.Removed)
                Log.Add(new EntryStep(Number, name, null));
            return outcome;
        }
    }

    public override bool MakeDirectory(string name, bool isImplicit)
    {
        lock (Log.Gate)
        {
            if (!inner.MakeDirectory(name, isImplicit))
                return false;
            var made = inner.Look(name)!.Value;
            var number = Log.NewNumber(made.Device, made.Identity);
            Log.Add(new EntryStep(Number, name, number, MakesDirectory: true));
            if (isImplicit)
                Log.Add(new MarkStep(number, true));
        }
        fileSystem.Made?.Invoke(name);
        return true;
    }

    public override void MakeExplicit()
    {
        lock (Log.Gate)
        {
            inner.MakeExplicit();
            Log.Add(new MarkStep(Number, false));
        }
    }

    public override IDisposable Lock(bool exclusive, CancellationToken cancellationToken)
    {
        fileSystem.Before?.Invoke("lock", inner.Facts.Identity.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return inner.Lock(exclusive, cancellationToken);
    }

    public override void Flush()
    {
        fileSystem.Before?.Invoke("flush directory", "");
        lock (Log.Gate)
        {
            inner.Flush();
            Log.Add(new FlushRecord(Number));
        }
    }

    public override void ReadNames(NameList names, CancellationToken cancellationToken) => inner.ReadNames(names, cancellationToken);

    public override void Dispose() => inner.Dispose();

    private LocalDirectory Unwrapped => inner;

    private int NumberOf(in LocalFacts facts) => Log.NumberOf(facts.Device, facts.Identity);
}
