namespace Cairn.Catalog;

/// <summary>The type of a <see cref="MetadataValue"/>.</summary>
public enum MetadataKind
{
    /// <summary>Text.</summary>
    Text,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>A signed 64-bit integer.</summary>
    Integer,

    /// <summary>An IEEE double, including NaN and the infinities.</summary>
    Number,

    /// <summary>A time in UTC, to 100 nanoseconds.</summary>
    Time,

    /// <summary>A list of values.</summary>
    List,

    /// <summary>Named values.</summary>
    Object,
}
