namespace Cairn.Catalog.Index;

/// <summary>How a value of metadata is compared.</summary>
internal enum MetadataComparison
{
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}
