using System.Reflection;
using Cairn.Artifacts;

namespace Cairn.Flows;

/// <summary>A property of a plain object: loaded before the step, and compared after it.</summary>
internal sealed class ReflectedSlot(object state, PropertyInfo property)
    : StateSlot(property.DeclaringType!.Name, property.Name, property.PropertyType, TraitsOf(property))
{
    private readonly Type _saved = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
    private bool _isRead;

    /// <summary>A plain object does not tell; the digests do.</summary>
    public override bool IsSet => false;

    public override bool IsRead => _isRead;

    public override bool IsDeleted => _isRead && property.GetValue(state) is null;

    public override void Bind(ArtifactRepository repository, StateValue? value, string? step = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(repository);
        (Binding, _isRead) = (new(repository, value, step, cancellationToken), false);
    }

    public override async Task LoadAsync(CancellationToken cancellationToken = default)
    {
        if (Binding is not { Value: { } value } binding || _isRead)
            return;
        property.SetValue(state, await binding.Repository.LoadAsync(value.Artifact, _saved, cancellationToken).ConfigureAwait(false));
        _isRead = true;
    }

    public override async ValueTask<SlotOutcome> SaveAsync(CancellationToken cancellationToken = default)
    {
        var binding = Binding ?? throw NotBound();
        if (IsSecret)
            return new SlotOutcome.Unchanged(binding.Value);
        if (property.GetValue(state) is not { } value)
            return _isRead ? new SlotOutcome.Removed() : new SlotOutcome.Unchanged(binding.Value);
        var saved = await binding.Repository.SaveAsAsync(value, _saved, null, cancellationToken).ConfigureAwait(false);
        return binding.Value?.Artifact == saved.Digest ? new SlotOutcome.Unchanged(binding.Value) : new SlotOutcome.Changed(saved.Digest);
    }

    internal override void CarryFrom(StateSlot previous)
    {
        if (IsSecret && previous is ReflectedSlot secret)
            property.SetValue(state, secret.Read());
    }

    private object? Read() => property.GetValue(state);

    private static SlotTraits TraitsOf(PropertyInfo property) =>
        (property.IsDefined(typeof(SecretAttribute)) ? SlotTraits.Secret : SlotTraits.None)
        | (property.PropertyType.IsValueType && Nullable.GetUnderlyingType(property.PropertyType) is null ? SlotTraits.None : SlotTraits.Nullable);
}
