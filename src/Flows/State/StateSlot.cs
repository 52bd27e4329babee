using Cairn.Artifacts;

namespace Cairn.Flows;

/// <summary>A property of a state during one task: its value by reference, the loaded value, and what the task did with it.</summary>
/// <remarks>Reads are thread-safe. A slot must not be set or saved while other threads use it.</remarks>
public abstract class StateSlot
{
    private readonly SlotTraits _traits;

    private protected StateSlot(string state, string name, Type valueType, SlotTraits traits)
    {
        ArgumentException.ThrowIfNullOrEmpty(state);
        ArgumentException.ThrowIfNullOrEmpty(name);
        (State, Name, ValueType, _traits) = (state, name, valueType, traits);
    }

    /// <summary>Gets the name of the property.</summary>
    public string Name { get; }

    /// <summary>Gets the type of the property.</summary>
    public Type ValueType { get; }

    /// <summary>Gets whether the type has no members that modify an object.</summary>
    public bool IsImmutable => _traits.HasFlag(SlotTraits.Immutable);

    /// <summary>Gets whether the value is never saved.</summary>
    public bool IsSecret => _traits.HasFlag(SlotTraits.Secret);

    /// <summary>Gets whether the property is null when it has no value.</summary>
    public bool IsNullable => _traits.HasFlag(SlotTraits.Nullable);

    /// <summary>Gets whether the task set the property, possibly to null.</summary>
    public abstract bool IsSet { get; }

    /// <summary>Gets whether the task read what the property was before the task. A read after the task itself set the property does not count.</summary>
    public abstract bool IsRead { get; }

    /// <summary>Gets whether the task set the property to null.</summary>
    public abstract bool IsDeleted { get; }

    /// <summary>Gets the value that the property had before the task; null if it had none.</summary>
    public StateValue? Value => Binding?.Value;

    /// <summary>Gets the name of the state, for messages.</summary>
    private protected string State { get; }

    /// <summary>Gets what the slot is bound to; null before the first task.</summary>
    private protected SlotBinding? Binding { get; set; }

    /// <summary>Prepares the slot for a task: forgets what an earlier task did, and what it loaded.</summary>
    /// <param name="repository">Where the value is loaded from and saved to.</param>
    /// <param name="value">The value before the task; null if the property has none.</param>
    /// <param name="step">The name of the step, for messages. Optional.</param>
    /// <param name="cancellationToken">Cancels loads, including those of getters, which have no token of their own.</param>
    /// <remarks>If there is no value, what the constructor of the state set remains and counts as set by the task. A secret keeps its value.</remarks>
    public abstract void Bind(ArtifactRepository repository, StateValue? value, string? step = null, CancellationToken cancellationToken = default);

    /// <summary>Sets the value by reference, without loading it; a merge does this.</summary>
    /// <param name="value">The value; null to delete the property.</param>
    /// <exception cref="InvalidOperationException">The property is a secret, which has no artifact.</exception>
    public abstract void SetReference(StateValue? value);

    /// <summary>Loads the value before it is read, so that the getter does not wait. This does not count as a read.</summary>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>A task that completes when the value is loaded; at once if there is none, or if the task set one.</returns>
    public abstract Task LoadAsync(CancellationToken cancellationToken = default);

    /// <summary>Saves the value at the end of the task, if the task set or modified it.</summary>
    /// <param name="cancellationToken">Cancels the save.</param>
    /// <returns>
    /// <para>What the task did. A value that the task set is saved. One that it only read keeps its digest if its type is immutable; otherwise it is
    /// serialized again, and the digests are compared. One that it did not touch is not loaded.</para>
    /// <para>A secret is never saved; it is unchanged.</para>
    /// </returns>
    public abstract ValueTask<SlotOutcome> SaveAsync(CancellationToken cancellationToken = default);

    /// <summary>Gets or sets the method that is called when the value is read first. Optional.</summary>
    internal Action<StateSlot>? Sought { get; set; }

    /// <summary>Gets or sets the position of the branch among those of a join.</summary>
    internal int Position { get; set; }

    /// <summary>Gets whether the value has to be loaded before a step reads it.</summary>
    internal virtual bool IsEager => false;

    /// <summary>Loads the value before the task, if it is not loaded. This does not count as a read.</summary>
    /// <param name="admits">Says whether a value of so many bytes may be loaded.</param>
    /// <param name="cancellationToken">Cancels the load.</param>
    /// <remarks>A getter that is called during the load waits for the same load. A load that fails is not remembered: a getter repeats it.</remarks>
    internal virtual Task PrefetchAsync(Func<long, bool> admits, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Gets whether the code of the task has ended: what it still sets is refused.</summary>
    private protected bool HasReturned { get; private set; }

    /// <summary>Gets whether the task has ended: what its code still reads or sets is refused.</summary>
    private protected bool HasEnded { get; private set; }

    /// <summary>Takes note that the code of the task has ended. Exports are still written, and may read.</summary>
    internal void Return() => HasReturned = true;

    /// <summary>Takes note that the task has ended.</summary>
    internal void End() => HasReturned = HasEnded = true;

    /// <summary>Takes over the value of a secret from the state of an earlier task of the same run.</summary>
    /// <param name="previous">The slot of the same property.</param>
    internal abstract void CarryFrom(StateSlot previous);

    /// <summary>Saves a value.</summary>
    /// <exception cref="MaterializationException">The value cannot be saved; the message names the property.</exception>
    private protected async Task<BlobDigest> SaveAsync(ArtifactRepository repository, object value, Type type, CancellationToken cancellationToken)
    {
        try
        {
            return (await repository.SaveAsAsync(value, type, null, cancellationToken).ConfigureAwait(false)).Digest;
        }
        catch (MaterializationException e)
        {
            throw new MaterializationException(e.MaterializerId, e.Reason, e).WithContext($"save {this}");
        }
    }

    private protected InvalidOperationException NotBound() => new($"{this} cannot be loaded or saved: it is not bound to a repository. Call {nameof(Bind)} before the task.");

    private protected void Require(bool isRunning)
    {
        if (!isRunning)
        {
            throw new InvalidOperationException(
                $"The step '{Binding?.Step}' has ended: its code cannot read or set {this} any more. Await everything that the code starts before it returns.");
        }
    }

    private protected void RequireReference()
    {
        if (IsSecret)
            throw new InvalidOperationException($"{this} cannot be set by reference: it is a secret, and secrets are not saved. Set its value.");
    }

    /// <summary>Returns the name of the state and of the property. The value is not included.</summary>
    public override string ToString() => $"{State}.{Name}";
}
