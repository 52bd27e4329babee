using System.ComponentModel;
using System.Globalization;

namespace Cairn.TextConverters;

/// <summary>Converts a value from its text, as the configuration binder does.</summary>
/// <remarks>A source file that assemblies with such values share.</remarks>
internal sealed class TextTypeConverter<T> : TypeConverter
    where T : IParsable<T>
{
    public override bool CanConvertFrom(ITypeDescriptorContext? context, Type sourceType) => sourceType == typeof(string) || base.CanConvertFrom(context, sourceType);

    public override object? ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value) =>
        value is string text ? T.Parse(text, CultureInfo.InvariantCulture) : base.ConvertFrom(context, culture, value);
}
