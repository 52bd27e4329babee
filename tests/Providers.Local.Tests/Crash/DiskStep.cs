namespace Cairn.Providers.Local.Tests.Crash;

/// <summary>One operation on a disk. Files and directories are numbered; no number is used twice.</summary>
internal abstract record DiskRecord;

/// <summary>A flush: the changes of one file or directory before it survive a crash after it; without an owner, all changes before it.</summary>
internal sealed record FlushRecord(int? Owner) : DiskRecord;

/// <summary>A change that a crash may lose as long as nothing has flushed it.</summary>
/// <param name="Owner">The file or directory whose flush makes the change durable.</param>
internal abstract record DiskStep(int Owner) : DiskRecord;

/// <summary>A name in a directory leads to a file or directory from now on, or to nothing; in the same step another name may go, as in a rename.</summary>
/// <remarks>A rename is one step that survives when the directory of the new name is flushed: journaling file systems do not tear it.</remarks>
internal sealed record EntryStep(int Owner, string Name, int? Target, (int Directory, string Name)? From = null, bool MakesDirectory = false) : DiskStep(Owner);

/// <summary>Bytes of a file. A crash may keep the first half of them.</summary>
internal sealed record DataStep(int Owner, long Offset, byte[] Bytes) : DiskStep(Owner);

/// <summary>The length of a file.</summary>
internal sealed record LengthStep(int Owner, long Length) : DiskStep(Owner);

/// <summary>The stored attributes of a file.</summary>
internal sealed record AttributesStep(int Owner, byte[] Bytes) : DiskStep(Owner);

/// <summary>A file may be run as a program from now on.</summary>
internal sealed record ExecutableStep(int Owner) : DiskStep(Owner);

/// <summary>The modified time of a file.</summary>
internal sealed record StampStep(int Owner, DateTimeOffset Modified) : DiskStep(Owner);

/// <summary>Whether a directory is one that a write made on the way.</summary>
internal sealed record MarkStep(int Owner, bool IsImplicit) : DiskStep(Owner);
