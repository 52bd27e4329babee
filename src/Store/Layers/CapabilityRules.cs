using Cairn.Providers;

namespace Cairn.Layers;

/// <summary>The refusals of features that a store does not declare; null for declared features. <see cref="CapabilityCheckDriver"/> applies them to every call of the driver.</summary>
/// <remarks>An operation that consists of several calls applies the rule of a later call before the first one.</remarks>
internal static class CapabilityRules
{
    public static StoreException? Upload(StoreCapabilities can, UploadRequest request) =>
        Write(can, request.Mode)
        ?? (request.ContentType is not null && !can.ContentType ? Refusal("keep a content type") : null)
        ?? (request.Metadata.Count > 0 && !can.Metadata ? Refusal("keep metadata") : null)
        ?? (request.Modified is not null && !can.ModifiedTime ? Refusal("keep a given modified time") : null)
        ?? (request.IsExecutable && !can.Executable ? Refusal("keep the executable attribute") : null);

    /// <exception cref="ArgumentException">The mode is the default value.</exception>
    public static StoreException? Write(StoreCapabilities can, WriteMode mode)
    {
        if (mode.Kind == WriteModes.None)
            throw new ArgumentException("Choose the condition of the write: WriteMode.CreateNew, Replace or Match(etag).", nameof(mode));
        if ((can.WriteModes & mode.Kind) != 0)
            return null;
        return can.WriteModes == WriteModes.None ? ReadOnly("be written") : Refusal($"write with {mode.Kind}; it can {can.WriteModes}");
    }

    public static StoreException? List(StoreCapabilities can) => can.List ? null : Refusal("list");

    public static StoreException? Delete(StoreCapabilities can) => can.WriteModes == WriteModes.None ? ReadOnly("delete") : null;

    public static StoreException? DeleteVersion(StoreCapabilities can) => can.DeleteIfMatch ? null : Refusal("bind a delete to a version");

    public static StoreException? Copy(StoreCapabilities can, WriteMode mode) => can.Copy ? Write(can, mode) : Refusal("copy natively");

    public static StoreException? MoveNatively(StoreCapabilities can, WriteMode mode) => can.Move == MoveKind.Native ? Write(can, mode) : Refusal("move natively");

    public static StoreException? Move(StoreCapabilities can) => can.Move == MoveKind.None ? Refusal("move") : null;

    public static StoreException? MakeDirectory(StoreCapabilities can) =>
        can.WriteModes == WriteModes.None ? ReadOnly("create directories")
        : can.Directories == DirectoryKind.None ? Refusal("create directories: it has none", "Write a file below the path instead.")
        : null;

    public static StoreException? Touch(StoreCapabilities can) => can.Touch ? null : Refusal("set the time of an existing file", "Write the file again instead.");

    public static StoreException? Presign(StoreCapabilities can, PresignRequest request) =>
        !can.Presign ? Refusal("create presigned URLs")
        : request.ContentType is not null && !can.PresignContentType ? Refusal("bind a presigned URL to a content type")
        : null;

    public static StoreException? Staged(StoreCapabilities can) => can.Staged ? null : Refusal("list and remove staged uploads");

    private static StoreException ReadOnly(string what) => Refusal(what + ": it is read-only");

    private static StoreException Refusal(string what, string? advice = null) => new(new StoreFault(StoreErrorCode.Unsupported, "this store cannot " + what) { Advice = advice });
}
