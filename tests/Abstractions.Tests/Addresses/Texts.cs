using FsCheck;
using FsCheck.Fluent;

namespace Cairn.Tests.Addresses;

/// <summary>Generated text that looks for trouble: separators, dots, escapes, surrogates and controls far more often than chance has them.</summary>
internal static class Texts
{
    private static readonly string[] Pieces =
    [
        "/", "/", "//", ".", "..", "...", "\\", ":", "://", "@", "%", "%2e", "%2F", "%00", "?", "#", "+", " ", "\t", "\n", "\0", "\ud800", "\udc00", "😀", "é", "e\u0301",
        "a", "b", "A", "s3", "file", "mem", "abfs", "C:", "con", "user:pw", "host", "~", "*", "[", "{", "-", "\ue000", "\uffff", "\u202e", "\u007f",
    ];

    public static Arbitrary<string> Hostile { get; } = Gen
        .OneOf(
            Gen.Elements(Pieces).ListOf().Select(p => string.Concat(p)),
            Gen.Elements(Pieces).ListOf().Select(p => "s3://" + string.Concat(p)),
            Gen.Elements(Pieces).ListOf().Select(p => "file:///" + string.Concat(p)),
            Gen.Choose(0, 0xFFFF).Select(c => (char)c).ListOf().Select(c => string.Concat(c)))
        .ToArbitrary();
}
