namespace Cairn.Conformance;

/// <summary>A value to save, made anew each time it is needed, since some are used up by that.</summary>
public sealed class MaterializerSample
{
    private readonly Func<object> _make;

    private MaterializerSample(Type type, Type loadedAs, Func<object> make) => (Type, LoadedAs, _make) = (type, loadedAs, make);

    /// <summary>The type that it is saved as.</summary>
    public Type Type { get; }

    /// <summary>The type that it is loaded as; by default the one that it is saved as.</summary>
    public Type LoadedAs { get; }

    /// <summary>A value that stays as it is when it is saved.</summary>
    public static MaterializerSample Of<T>(T value)
        where T : notnull => Of(() => value);

    /// <summary>A value that saving uses up, such as a stream.</summary>
    public static MaterializerSample Of<T>(Func<T> make)
        where T : notnull => new(typeof(T), typeof(T), () => make());

    /// <summary>The value.</summary>
    public object Make() => _make();

    /// <summary>The same, loaded as another type.</summary>
    public MaterializerSample As<T>() => new(Type, typeof(T), _make);

    /// <summary>The types, for messages.</summary>
    public override string ToString() => Type == LoadedAs ? Materializers.TypeNames.Of(Type) : $"{Materializers.TypeNames.Of(Type)}, loaded as {Materializers.TypeNames.Of(LoadedAs)}";
}
