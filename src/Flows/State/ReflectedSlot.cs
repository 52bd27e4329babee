using System.Reflection;
using Cairn.Artifacts;
using Cairn.Streams;

namespace Cairn.Flows;

/// <summary>A property of a plain object: loaded before the step, and compared after it.</summary>
internal sealed class ReflectedSlot(object state, PropertyInfo property)
    : StateSlot(property.DeclaringType!.Name, property.Name, property.PropertyType, TraitsOf(property))
{
    private readonly Type _saved = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
    private StateValue? _source;
    private bool _isLoaded;
    private bool _isSet;

    /// <summary>A plain object does not tell whether a property was set; the digests do.</summary>
    public override bool IsSet => _isSet;

    public override bool IsRead => _isLoaded && !_isSet;

    public override bool IsDeleted => (_isSet || _isLoaded) && property.GetValue(state) is null;

    internal override bool IsEager => true;

    public override void SetReference(StateValue? value)
    {
        RequireReference();
        (_source, _isSet, _isLoaded) = (value, true, false);
        // The object has its values at all times, so this one is loaded at once.
        if (value is null)
            property.SetValue(state, null);
        else
            Synchronously.Wait(Task.Run(() => LoadAsync()));
    }

    public override void Bind(ArtifactRepository repository, StateValue? value, string? step = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(repository);
        Binding = new(repository, value, step, cancellationToken);
        (_source, _isSet, _isLoaded) = (value, false, false);
    }

    public override async Task LoadAsync(CancellationToken cancellationToken = default)
    {
        if (_isLoaded || _source is not { } source)
            return;
        var binding = Binding ?? throw NotBound();
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(binding.Stopping, cancellationToken);
        property.SetValue(state, await binding.Repository.LoadAsync(source.Artifact, _saved, stopping.Token).ConfigureAwait(false));
        _isLoaded = true;
    }

    public override async ValueTask<SlotOutcome> SaveAsync(CancellationToken cancellationToken = default)
    {
        var binding = Binding ?? throw NotBound();
        if (IsSecret)
            return new SlotOutcome.Unchanged(binding.Value);
        if (property.GetValue(state) is not { } value)
            return IsDeleted ? new SlotOutcome.Removed() : new SlotOutcome.Unchanged(binding.Value);
        var digest = await SaveAsync(binding.Repository, value, _saved, cancellationToken).ConfigureAwait(false);
        var isSource = digest == _source?.Artifact;
        return isSource && !_isSet ? new SlotOutcome.Unchanged(binding.Value) : new SlotOutcome.Changed(digest, isSource ? _source?.Task : null);
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
