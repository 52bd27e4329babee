using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Catalog.Assets;

/// <summary>The turn of a process to append to an asset: its file is open, and so locked.</summary>
internal sealed class MachineTurn(Guid asset, SafeFileHandle file) : IDisposable
{
    private const int Length = 16 + sizeof(int);

    /// <summary>Reads the number of the newest record, as the turn before noted it.</summary>
    /// <returns>The number, which may be wrong; 0 if none is noted for the asset.</returns>
    public int ReadNewest()
    {
        Span<byte> note = stackalloc byte[Length];
        return RandomAccess.Read(file, note, 0) == Length && new Guid(note[..16]) == asset ? BinaryPrimitives.ReadInt32LittleEndian(note[16..]) : 0;
    }

    /// <summary>Notes the number of the newest record. A note that cannot be written stays as it was: whoever reads it finds the newest record from there.</summary>
    public void Note(int newest)
    {
        Span<byte> note = stackalloc byte[Length];
        asset.TryWriteBytes(note);
        BinaryPrimitives.WriteInt32LittleEndian(note[16..], newest);
        try
        {
            RandomAccess.Write(file, note, 0);
        }
        catch (IOException)
        {
            // The disk is full. The record is appended, and the note is a hint only.
            return;
        }
    }

    public void Dispose() => file.Dispose();
}
