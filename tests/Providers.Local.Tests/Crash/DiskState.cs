using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using Cairn.Providers.Local.Platform.Linux;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Providers.Local.Tests.Crash;

/// <summary>How much of a step a crash left.</summary>
internal enum Kept
{
    Nothing,
    All,
    Half,
}

/// <summary>A disk after a crash: directory 0, which existed before, with everything that can be reached from it.</summary>
internal sealed class DiskState
{
    private readonly Dictionary<int, SortedDictionary<string, int>> _directories = new() { [0] = new(StringComparer.Ordinal) };
    private readonly Dictionary<int, byte[]> _files = [];
    private readonly Dictionary<int, byte[]> _attributes = [];
    private readonly Dictionary<int, DateTimeOffset> _modified = [];
    private readonly HashSet<int> _implicit = [];
    private readonly HashSet<int> _executable = [];

    /// <summary>Applies a step.</summary>
    public void Apply(DiskStep step, Kept kept)
    {
        switch (step)
        {
            case EntryStep entry:
                if (entry.MakesDirectory)
                    Directory(entry.Target!.Value);
                if (entry.From is { } from && Directory(from.Directory).TryGetValue(from.Name, out var old) && old == entry.Target)
                    Directory(from.Directory).Remove(from.Name);
                if (entry.Target is { } target)
                    Directory(entry.Owner)[entry.Name] = target;
                else
                    Directory(entry.Owner).Remove(entry.Name);
                break;
            case DataStep data:
                var bytes = data.Bytes.AsSpan(0, kept == Kept.Half ? data.Bytes.Length / 2 : data.Bytes.Length);
                var content = _files.GetValueOrDefault(data.Owner, []);
                // Arrays are never changed once they are here, so many states share one.
                if (data.Offset == 0 && bytes.Length == data.Bytes.Length && bytes.Length >= content.Length)
                {
                    _files[data.Owner] = data.Bytes;
                    break;
                }
                if (content.Length < data.Offset + bytes.Length)
                    Array.Resize(ref content, (int)data.Offset + bytes.Length);
                else
                    content = content[..];
                bytes.CopyTo(content.AsSpan((int)data.Offset));
                _files[data.Owner] = content;
                break;
            case LengthStep length:
                var resized = _files.GetValueOrDefault(length.Owner, [])[..];
                Array.Resize(ref resized, (int)length.Length);
                _files[length.Owner] = resized;
                break;
            case AttributesStep attributes:
                _attributes[attributes.Owner] = attributes.Bytes;
                break;
            case StampStep stamp:
                _modified[stamp.Owner] = stamp.Modified;
                break;
            case ExecutableStep executable:
                _executable.Add(executable.Owner);
                break;
            case MarkStep { IsImplicit: true } mark:
                _implicit.Add(mark.Owner);
                break;
            case MarkStep mark:
                _implicit.Remove(mark.Owner);
                break;
        }
    }

    /// <summary>Two states with one digest are the same disk.</summary>
    public UInt128 Digest()
    {
        var hash = new XxHash128();
        Add(0);
        return hash.GetCurrentHashAsUInt128();

        void Add(int number)
        {
            foreach (var (name, target) in _directories[number])
            {
                hash.Append(Encoding.UTF8.GetBytes(name + "\0"));
                if (_directories.ContainsKey(target))
                {
                    hash.Append(_implicit.Contains(target) ? "d1"u8 : "d0"u8);
                    Add(target);
                }
                else
                {
                    hash.Append(_executable.Contains(target) ? "x"u8 : "f"u8);
                    hash.Append(_files.GetValueOrDefault(target, []));
                    hash.Append(BitConverter.GetBytes(_modified.GetValueOrDefault(target).Ticks));
                    hash.Append(_attributes.GetValueOrDefault(target, []));
                }
                hash.Append("\0"u8);
            }
        }
    }

    /// <summary>Writes the state into an existing empty folder.</summary>
    public void WriteTo(string folder)
    {
        foreach (var (name, target) in _directories[0])
            Write(target, Path.Join(folder, name));
    }

    private SortedDictionary<string, int> Directory(int number)
    {
        if (!_directories.TryGetValue(number, out var entries))
            _directories.Add(number, entries = new(StringComparer.Ordinal));
        return entries;
    }

    private void Write(int number, string path)
    {
        if (!_directories.TryGetValue(number, out var entries))
        {
            File.WriteAllBytes(path, _files.GetValueOrDefault(number, []));
            if (_attributes.TryGetValue(number, out var attributes))
                SetAttribute(path, "user.cairn.file", attributes);
            if (_modified.TryGetValue(number, out var modified))
                File.SetLastWriteTimeUtc(path, modified.UtcDateTime);
            if (_executable.Contains(number) && !OperatingSystem.IsWindows())
                File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.UserExecute);
            return;
        }
        System.IO.Directory.CreateDirectory(path);
        if (_implicit.Contains(number))
            SetAttribute(path, LinuxFileAccess.ImplicitMark, "1"u8);
        foreach (var (name, target) in entries)
            Write(target, Path.Join(path, name));
    }

    private static unsafe void SetAttribute(string path, string name, ReadOnlySpan<byte> value)
    {
        var fd = Libc.Open(path, Libc.ReadOnly | Libc.CloseOnExec, 0);
        using var handle = new SafeFileHandle(fd, ownsHandle: true);
        fixed (byte* start = value)
        {
            if (Libc.FSetXAttr(handle, name, start, (nuint)value.Length, 0) != 0)
                throw new IOException($"{path}: fsetxattr failed with {Marshal.GetLastPInvokeError()}");
        }
    }
}
