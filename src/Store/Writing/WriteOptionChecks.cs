using System.Buffers;
using Cairn.Errors;

namespace Cairn.Writing;

/// <summary>Validates <see cref="OpenWriteOptions"/> before any data is transferred.</summary>
internal static class WriteOptionChecks
{
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_");

    public static void Validate(OpenWriteOptions options)
    {
        if (options.Metadata is null)
            throw new ArgumentException("The metadata is null; omit it if there is none.", nameof(options));
        foreach (var (name, value) in options.Metadata)
        {
            if (name.Length == 0 || name.AsSpan().ContainsAnyExcept(NameCharacters))
                throw new ArgumentException($"'{ErrorText.Escape(name)}' is not a metadata name: ASCII lower-case letters, digits, '-' and '_'.", nameof(options));
            if (value is null)
                throw new ArgumentException($"The metadata '{name}' has no value.", nameof(options));
        }
        if (options.ContentType is { } type && (type.Length == 0 || type.AsSpan().ContainsAnyExceptInRange(' ', '~')))
            throw new ArgumentException($"'{ErrorText.Escape(type)}' is not a content type.", nameof(options));
        if (options.Length is < 0)
            throw new ArgumentOutOfRangeException(nameof(options), options.Length, "A length is not negative.");
        if (options.Parallelism is < 1)
            throw new ArgumentOutOfRangeException(nameof(options), options.Parallelism, "At least one part is written at a time.");
        if (options.ExpectedChecksum is { } expected && expected.Algorithm != Checksum.Sha256)
            throw new ArgumentException($"A write is checked by {Checksum.Sha256}, not by '{ErrorText.Escape(expected.Algorithm)}'.", nameof(options));
    }
}
