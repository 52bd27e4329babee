namespace Cairn.Catalog;

/// <summary>How a value of metadata is compared.</summary>
public enum MetadataComparison
{
    /// <summary>The value is equal. An integer and a double of the same value are equal here.</summary>
    Equal,

    /// <summary>The value is less.</summary>
    Less,

    /// <summary>The value is less or equal.</summary>
    LessOrEqual,

    /// <summary>The value is greater.</summary>
    Greater,

    /// <summary>The value is greater or equal.</summary>
    GreaterOrEqual,
}
