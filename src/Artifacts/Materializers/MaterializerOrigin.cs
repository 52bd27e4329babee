namespace Cairn.Materializers;

/// <summary>Who brought a materializer. A lower value goes before a higher one.</summary>
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
/// <param name="Origin">Who brought it.</param>
public sealed record RegisteredMaterializer(Materializer Materializer, MaterializerOrigin Origin);
