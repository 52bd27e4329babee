using System.ComponentModel;
using System.Globalization;

namespace Cairn;

/// <summary>A value of one line of text from and to that text, as configuration binds it.</summary>
internal abstract class TextTypeConverter<T> : TypeConverter
    where T : IParsable<T>
{
    /// <inheritdoc/>
    public override bool CanConvertFrom(ITypeDescriptorContext? context, Type sourceType) => sourceType == typeof(string) || base.CanConvertFrom(context, sourceType);

    /// <inheritdoc/>
    public override object? ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value) =>
        value is string text ? T.Parse(text, CultureInfo.InvariantCulture) : base.ConvertFrom(context, culture, value);
}

/// <summary>A <see cref="StorePath"/> from text.</summary>
internal sealed class StorePathTypeConverter : TextTypeConverter<StorePath>;

/// <summary>A <see cref="StoreUri"/> from text.</summary>
internal sealed class StoreUriTypeConverter : TextTypeConverter<StoreUri>;
