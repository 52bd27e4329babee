namespace Cairn.Materializers;

/// <summary>The origin of a materializer. A lower value takes precedence.</summary>
public enum MaterializerOrigin
{
    /// <summary>The program itself.</summary>
    Program,

    /// <summary>A plugin.</summary>
    Plugin,

    /// <summary>Cairn.</summary>
    BuiltIn,
}

/// <summary>A registered materializer.</summary>
/// <param name="Materializer">The materializer.</param>
/// <param name="Origin">The origin.</param>
public sealed record RegisteredMaterializer(Materializer Materializer, MaterializerOrigin Origin);
