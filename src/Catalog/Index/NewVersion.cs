using Cairn.Catalog.States;

namespace Cairn.Catalog.Index;

/// <summary>A version that gets rows: the record that created it, and the edits that follow.</summary>
/// <param name="asset">The row of the asset.</param>
/// <param name="uuid">The asset.</param>
/// <param name="number">The number.</param>
/// <param name="name">The current name of the asset.</param>
/// <param name="type">The current type of the asset.</param>
/// <param name="isHidden">Whether the version, or its asset, is deleted.</param>
/// <param name="creation">The record.</param>
internal sealed class NewVersion(long asset, Guid uuid, int number, string? name, string? type, bool isHidden, AssetRecord creation)
{
    public long AssetId { get; } = asset;

    public int Number { get; } = number;

    public string? Name { get; } = name;

    public string? Type { get; } = type;

    public bool IsHidden { get; } = isHidden;

    public AssetRecord Creation { get; } = creation;

    /// <summary>The edits as one.</summary>
    public VersionEdit Edits { get; private set; } = new(number);

    /// <summary>The id of the row to try first.</summary>
    public long Row { get; } = RowIds.Of(creation.Record.At.ToMicroseconds(), $"{uuid}:{number}");

    public void Edit(VersionEdit edit)
    {
        edit.AddEarlier(Edits);
        Edits = edit;
    }
}
