namespace Cairn.Conformance;

/// <summary>A value to save. It is created again for each use, because saving consumes some values.</summary>
public sealed class MaterializerSample
{
    private readonly Func<object> _make;

    private MaterializerSample(Type type, Type loadedAs, Func<object> make) => (Type, LoadedAs, _make) = (type, loadedAs, make);

    /// <summary>Gets the type as which the value is saved.</summary>
    public Type Type { get; }

    /// <summary>Gets the type as which the value is loaded; by default the type as which it is saved.</summary>
    public Type LoadedAs { get; }

    /// <summary>Creates a sample from a value that saving does not consume.</summary>
    public static MaterializerSample Of<T>(T value)
        where T : notnull => Of(() => value);

    /// <summary>Creates a sample from a value that saving consumes, such as a stream.</summary>
    public static MaterializerSample Of<T>(Func<T> make)
        where T : notnull => new(typeof(T), typeof(T), () => make());

    /// <summary>Creates the value.</summary>
    public object Make() => _make();

    /// <summary>Returns the same sample, loaded as another type.</summary>
    public MaterializerSample As<T>() => new(Type, typeof(T), _make);

    /// <summary>Returns the types, for messages.</summary>
    public override string ToString() => Type == LoadedAs ? Materializers.TypeNames.Of(Type) : $"{Materializers.TypeNames.Of(Type)}, loaded as {Materializers.TypeNames.Of(LoadedAs)}";
}
