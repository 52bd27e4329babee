using Microsoft.CodeAnalysis;

namespace Cairn.Flows.Analyzers.Rules;

/// <summary>Names of secrets.</summary>
internal static class SecretNames
{
    private static readonly string[] _endings =
    [
        "Password", "Passwd", "Passphrase", "Secret", "Token", "Credential", "Credentials", "ApiKey", "AccessKey", "SecretKey", "PrivateKey", "ConnectionString",
    ];

    /// <summary>Returns whether a property is text or bytes, and its name ends as names of secrets do: <c>DbPassword</c>, and not <c>TokenCount</c> or <c>Tokens</c>.</summary>
    public static bool Match(IPropertySymbol property) => IsTextOrBytes(property.Type) && Array.Exists(_endings, e => EndsWithWord(property.Name, e));

    private static bool EndsWithWord(string name, string ending)
    {
        if (!name.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
            return false;
        var start = name.Length - ending.Length;
        // A word begins in upper case, after an underscore, or with the name: "SubToken", "sub_token", and not "Subtoken".
        return start == 0 || char.IsUpper(name[start]) || name[start - 1] == '_';
    }

    private static bool IsTextOrBytes(ITypeSymbol type) =>
        type.SpecialType == SpecialType.System_String
        || type is IArrayTypeSymbol { ElementType.SpecialType: SpecialType.System_Byte or SpecialType.System_Char }
        || (type is INamedTypeSymbol { TypeArguments.Length: 1 } memory && memory.TypeArguments[0].SpecialType is SpecialType.System_Byte or SpecialType.System_Char && memory.FullName() is "System.Memory" or "System.ReadOnlyMemory");
}
