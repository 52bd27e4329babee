using System.Runtime.CompilerServices;
using System.Text;
using Cairn.Providers;

namespace Cairn.Conformance.Tests.Broken;

/// <summary>A driver that stores each path under another, as <see cref="Alias"/> says; its answers show the stored path.</summary>
internal abstract class BrokenNames(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override ValueTask<StoreEntry?> StatAsync(StorePath path, CancellationToken cancellationToken) => Inner.StatAsync(Of(path), cancellationToken);

    public override ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken) =>
        Inner.OpenReadAsync(request with { Path = Of(request.Path) }, cancellationToken);

    public override ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken) =>
        Inner.BeginUploadAsync(request with { Path = Of(request.Path) }, cancellationToken);

    public override IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, CancellationToken cancellationToken) =>
        Inner.ListAsync(request with { Directory = Of(request.Directory), NamePrefix = request.NamePrefix is null ? null : Alias(request.NamePrefix) }, cancellationToken);

    public override ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken) =>
        Inner.DeleteAsync(request with { Targets = [.. request.Targets.Select(t => t with { Path = Of(t.Path) })] }, cancellationToken);

    public override ValueTask<StoreEntry> CopyAsync(CopyRequest request, CancellationToken cancellationToken) => Inner.CopyAsync(Of(request), cancellationToken);

    public override ValueTask MoveAsync(CopyRequest request, CancellationToken cancellationToken) => Inner.MoveAsync(Of(request), cancellationToken);

    public override ValueTask MakeDirectoryAsync(StorePath path, CancellationToken cancellationToken) => Inner.MakeDirectoryAsync(Of(path), cancellationToken);

    public override ValueTask<StoreEntry> TouchAsync(StorePath path, CancellationToken cancellationToken) => Inner.TouchAsync(Of(path), cancellationToken);

    protected abstract string Alias(string text);

    private StorePath Of(StorePath path) => StorePath.TryParse(Alias(path.Value), out var alias) ? alias : path;

    private CopyRequest Of(CopyRequest request) => request with { Source = Of(request.Source), Target = Of(request.Target) };
}

/// <summary>Decodes percent escapes.</summary>
internal sealed class DecodesPercent(StoreDriver inner) : BrokenNames(inner)
{
    protected override string Alias(string text) => Uri.UnescapeDataString(text);
}

/// <summary>Treats upper and lower case as equal.</summary>
internal sealed class FoldsCase(StoreDriver inner) : BrokenNames(inner)
{
    protected override string Alias(string text) => text.ToLowerInvariant();
}

/// <summary>Normalizes Unicode characters to their composed form.</summary>
internal sealed class NormalizesUnicode(StoreDriver inner) : BrokenNames(inner)
{
    // InvariantGlobalization leaves string.Normalize to ASCII; this pair is enough to alias.
    protected override string Alias(string text) => text.Replace("e\u0301", "\u00e9", StringComparison.Ordinal).Replace("\u212b", "\u00c5", StringComparison.Ordinal);
}

/// <summary>Trims spaces and dots from names, as Windows does.</summary>
internal sealed class TrimsNames(StoreDriver inner) : BrokenNames(inner)
{
    protected override string Alias(string text) => string.Join('/', text.Split('/').Select(s => s.TrimEnd(' ', '.') is { Length: > 0 } trimmed ? trimmed : s));
}

/// <summary>Treats a backslash as a slash.</summary>
internal sealed class TurnsBackslashes(StoreDriver inner) : BrokenNames(inner)
{
    protected override string Alias(string text) => text.Replace('\\', '/');
}

/// <summary>Cuts names at <c>?</c> and <c>#</c>, as a URI does.</summary>
internal sealed class CutsAtQuery(StoreDriver inner) : BrokenNames(inner)
{
    protected override string Alias(string text) => text.IndexOfAny(['?', '#']) is var cut and > 0 ? text[..cut] : text;
}

/// <summary>Treats a plus as a space.</summary>
internal sealed class TakesPlusForSpace(StoreDriver inner) : BrokenNames(inner)
{
    protected override string Alias(string text) => text.Replace('+', ' ');
}

/// <summary>Stores percent-encoded names and decodes them when reading: it appears correct through the driver, but the storage contains other names.</summary>
internal sealed class StoresEncodedNames(StoreDriver inner) : BrokenNames(inner)
{
    public override async IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var all = new List<StoreEntry>();
        await foreach (var page in base.ListAsync(request with { StartAfter = null, Limit = null }, cancellationToken))
            all.AddRange(page.Select(e => e.At(Decode(e.Path))));
        yield return
        [
            .. all.Where(e => request.StartAfter is null || Utf8Order.Compare(e.OrderKey, request.StartAfter) > 0).OrderBy(e => e.OrderKey, Utf8Order.Comparer),
        ];
    }

    public override async ValueTask<StoreEntry?> StatAsync(StorePath path, CancellationToken cancellationToken) =>
        (await base.StatAsync(path, cancellationToken))?.At(path);

    public override async ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken)
    {
        var read = await base.OpenReadAsync(request, cancellationToken);
        return new StoreRead(read.Info.At(request.Path), read.Content, read);
    }

    public override async ValueTask<StoreEntry> CopyAsync(CopyRequest request, CancellationToken cancellationToken) =>
        (await base.CopyAsync(request, cancellationToken)).At(request.Target);

    public override async ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken) =>
        [.. (await base.DeleteAsync(request, cancellationToken)).Select((r, i) => r with { Path = request.Targets[i].Path })];

    protected override string Alias(string text)
    {
        var encoded = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value == '/' || (rune.IsAscii && char.IsLetterOrDigit((char)rune.Value)) || rune.Value is '.' or '-')
                encoded.Append(rune.ToString());
            else
                encoded.Append(System.Globalization.CultureInfo.InvariantCulture, $"_{rune.Value:x}_");
        }
        return encoded.ToString();
    }

    private static StorePath Decode(StorePath path) =>
        System.Text.RegularExpressions.Regex.Replace(path.Value, "_([0-9a-f]+)_", m => new Rune(Convert.ToInt32(m.Groups[1].Value, 16)).ToString());
}
