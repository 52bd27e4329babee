using Cairn.Artifacts;
using Cairn.Streams;

namespace Cairn.Flows;

/// <summary>A property of a state during one task. Generated code reads and sets it.</summary>
/// <typeparam name="T">The type of the property.</typeparam>
/// <param name="state">The name of the state, for messages.</param>
/// <param name="name">The name of the property.</param>
/// <param name="traits">What is known about the property at compile time.</param>
public sealed class StateSlot<T>(string state, string name, SlotTraits traits = SlotTraits.None) : StateSlot(state, name, typeof(T), traits)
{
    /// <summary>Materializers serve <c>int</c>, and a property may be an <c>int?</c>.</summary>
    private static readonly Type _saved = Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T);

    private readonly Lock _gate = new();
    private Source? _source;
    private Task<T>? _loading;
    private T _value = default!;
    private bool _hasValue;
    private bool _isSet;
    private bool _isRead;
    private bool _isSought;

    /// <inheritdoc/>
    public override bool IsSet => _isSet;

    /// <inheritdoc/>
    public override bool IsRead => _isRead;

    /// <inheritdoc/>
    public override bool IsDeleted => _isSet && (_hasValue ? _value is null : _source is null);

    /// <summary>Returns the value. The first read loads it and blocks the thread until it is loaded, unless <see cref="LoadAsync"/> has loaded it.</summary>
    /// <exception cref="InvalidOperationException">No task set the property, and its type does not permit null.</exception>
    /// <exception cref="StoreException">Errors of the store.</exception>
    /// <exception cref="MaterializationException">The value cannot be loaded as <typeparamref name="T"/>.</exception>
    public T Get()
    {
        // The load runs on the thread pool: it cannot wait for the thread, or the context, that waits for it here.
        return TryGet(out var value, out var loading) ? value : Synchronously.Wait(loading);
    }

    /// <summary>Returns the value; the first read loads it.</summary>
    /// <param name="cancellationToken">Cancels the wait. The load itself continues for other readers.</param>
    /// <returns>The value.</returns>
    /// <exception cref="InvalidOperationException">No task set the property, and its type does not permit null.</exception>
    /// <exception cref="StoreException">Errors of the store.</exception>
    /// <exception cref="MaterializationException">The value cannot be loaded as <typeparamref name="T"/>.</exception>
    public ValueTask<T> GetAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return TryGet(out var value, out var loading) ? ValueTask.FromResult(value) : new(loading.WaitAsync(cancellationToken));
    }

    /// <summary>Sets the value.</summary>
    /// <param name="value">The value; null to delete the property.</param>
    public void Set(T value)
    {
        lock (_gate)
        {
            Require(isRunning: !HasReturned);
            (_value, _hasValue, _isSet) = (value, true, true);
            (_source, _loading) = (null, null);
        }
    }

    /// <inheritdoc/>
    public override void SetReference(StateValue? value)
    {
        RequireReference();
        lock (_gate)
        {
            (_value, _hasValue, _isSet) = (default!, false, true);
            (_source, _loading) = (Source.Of(value), null);
        }
    }

    /// <inheritdoc/>
    public override void Bind(ArtifactRepository repository, StateValue? value, string? step = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(repository);
        lock (_gate)
        {
            var keepsValue = _isSet && (IsSecret || (Binding is null && value is null));
            (Binding, _isRead) = (new(repository, value, step, cancellationToken), false);
            if (keepsValue)
                return;
            (_value, _hasValue, _isSet) = (default!, false, false);
            (_source, _loading) = (Source.Of(value), null);
        }
    }

    /// <inheritdoc/>
    public override Task LoadAsync(CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            return _source is null ? Task.CompletedTask : Loading(_source).WaitAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<SlotOutcome> SaveAsync(CancellationToken cancellationToken = default)
    {
        var binding = Binding ?? throw NotBound();
        if (IsSecret || (!_isSet && !_isRead))
            return new SlotOutcome.Unchanged(binding.Value);
        if (IsDeleted)
            return new SlotOutcome.Removed();
        var source = _source?.Value;
        var artifact = source?.Artifact;
        // What was loaded may have been modified.
        if (_hasValue && (source is null || !IsImmutable))
            artifact = await SaveAsync(binding.Repository, _value!, _saved, cancellationToken).ConfigureAwait(false);
        if (artifact is not { } digest || (!_isSet && digest == source?.Artifact))
            return new SlotOutcome.Unchanged(binding.Value);
        return new SlotOutcome.Changed(digest, digest == source?.Artifact ? source?.Task : null);
    }

    internal override Task PrefetchAsync(Func<long, bool> admits, CancellationToken cancellationToken)
    {
        var binding = Binding ?? throw NotBound();
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (_source is not { } source || _hasValue)
                return Task.CompletedTask;
            if (!IsLoading)
                (_loading, _isSought) = (Task.Run(() => LoadAheadAsync(binding, source, admits, cancellationToken), binding.Stopping), false);
            return _loading!;
        }
    }

    internal override void CarryFrom(StateSlot previous)
    {
        if (IsSecret && previous is StateSlot<T> { _isSet: true } secret)
            Set(secret._value);
    }

    /// <summary>Marks the slot as read, and returns its value or the load that provides it.</summary>
    private bool TryGet(out T value, out Task<T> loading)
    {
        bool isFirst;
        lock (_gate)
        {
            Require(isRunning: !HasEnded);
            (value, loading) = (_value, null!);
            isFirst = !_isRead && !_isSet;
            _isRead |= !_isSet;
            if (!_hasValue)
            {
                if (_source is null)
                    return IsNullable ? true : throw NotSet();
                loading = Loading(_source);
            }
        }
        if (isFirst)
            Sought?.Invoke(this);
        return loading is null;
    }

    private bool IsLoading => _loading is not (null or { IsFaulted: true } or { IsCanceled: true });

    /// <summary>Starts the load, or joins the one that runs. A load that failed is repeated.</summary>
    private Task<T> Loading(Source source)
    {
        var binding = Binding ?? throw NotBound();
        _isSought = true;
        if (!IsLoading)
            _loading = Task.Run(() => LoadOnceAsync(binding, source), binding.Stopping);
        return _loading!;
    }

    private async Task<T> LoadOnceAsync(SlotBinding binding, Source source)
    {
        var value = (T)await binding.Repository.LoadAsync(source.Value.Artifact, _saved, binding.Stopping).ConfigureAwait(false);
        Keep(source, value);
        return value;
    }

    private async Task<T> LoadAheadAsync(SlotBinding binding, Source source, Func<long, bool> admits, CancellationToken cancellationToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(binding.Stopping, cancellationToken);
        try
        {
            var artifact = await binding.Repository.StatAsync(source.Value.Artifact, stopping.Token).ConfigureAwait(false);
            if (IsGivenUp(source, () => !admits(artifact.Manifest.TotalLength)))
                return default!;
            var value = (T)await binding.Repository.LoadAsync(artifact, _saved, stopping.Token).ConfigureAwait(false);
            Keep(source, value);
            return value;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && !binding.Stopping.IsCancellationRequested)
        {
            return IsGivenUp(source, () => true) ? default! : await LoadOnceAsync(binding, source).ConfigureAwait(false);
        }
    }

    /// <summary>Gives up the load ahead, unless a getter waits for it. A getter that comes later starts another one.</summary>
    private bool IsGivenUp(Source source, Func<bool> isRefused)
    {
        lock (_gate)
        {
            if (_isSought || !isRefused())
                return false;
            if (ReferenceEquals(_source, source))
                _loading = null;
            return true;
        }
    }

    private void Keep(Source source, T value)
    {
        lock (_gate)
        {
            // The task may have set the property in the meantime, or another load may have ended, whose value was returned.
            if (ReferenceEquals(_source, source) && !_hasValue)
                (_value, _hasValue) = (value, true);
        }
    }

    private InvalidOperationException NotSet() => new(Binding?.Step is { } step
        ? $"The step '{step}' read {this}, which has no value: no earlier step set it. Set it in an earlier step, or declare the property with a nullable type."
        : $"{this} was read and has no value: nothing set it. Set it first, or declare the property with a nullable type.");

    /// <summary>What the value is loaded from.</summary>
    private sealed class Source(StateValue value)
    {
        public StateValue Value => value;

        public static Source? Of(StateValue? value) => value is { } known ? new(known) : null;
    }
}
