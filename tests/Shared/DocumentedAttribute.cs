namespace Cairn.Tests;

/// <summary>The page of Google's public reference that a test holds the fake to (a path below <c>cloud.google.com/storage/docs/</c>, or an address of another
/// site of Google), with the sentence as it stands there.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class DocumentedAttribute(string page, string? quote = null) : Attribute
{
    public string Page => page;
    public string? Quote => quote;

    /// <summary>The rule in our words, where the page says it in a table or over several sentences.</summary>
    public string? InShort { get; init; }
}
