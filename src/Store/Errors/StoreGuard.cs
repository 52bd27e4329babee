using Cairn.Providers;

namespace Cairn.Errors;

/// <summary>Runs calls of a driver and translates their exceptions to a <see cref="StoreException"/> with the operation and its target. No other code does so.</summary>
/// <remarks>A <see cref="StoreException"/> receives the context that it lacks and keeps its stack. Cancellation that was requested and misuse pass unchanged.</remarks>
/// <param name="operation">The attempted operation: one of <see cref="StoreOperations"/>.</param>
/// <param name="root">The address of the store's root.</param>
/// <param name="path">The path below it.</param>
/// <param name="classify">Classifies an exception.</param>
internal readonly struct StoreGuard(string operation, StoreUri root, StorePath path, Func<Exception, StoreFault> classify)
{
    /// <summary>Runs a call that returns a result. The two arguments avoid a closure.</summary>
    public async ValueTask<T> RunAsync<TOn, TState, T>(TOn on, TState state, Func<TOn, TState, CancellationToken, ValueTask<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call(on, state, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e)
        {
            AddContext(e);
            throw;
        }
        catch (Exception e) when (StoreErrors.IsFailure(e, cancellationToken))
        {
            throw Translate(e);
        }
    }

    /// <summary>Runs a call without a result.</summary>
    public async ValueTask RunAsync<TOn, TState>(TOn on, TState state, Func<TOn, TState, CancellationToken, ValueTask> call, CancellationToken cancellationToken)
    {
        try
        {
            await call(on, state, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e)
        {
            AddContext(e);
            throw;
        }
        catch (Exception e) when (StoreErrors.IsFailure(e, cancellationToken))
        {
            throw Translate(e);
        }
    }

    /// <summary>Runs a synchronous call.</summary>
    public T Run<TOn, TState, T>(TOn on, TState state, Func<TOn, TState, T> call)
        where TState : allows ref struct
    {
        try
        {
            return call(on, state);
        }
        catch (StoreException e)
        {
            AddContext(e);
            throw;
        }
        catch (Exception e) when (StoreErrors.IsFailure(e, CancellationToken.None))
        {
            throw Translate(e);
        }
    }

    private void AddContext(StoreException exception) => exception.WithContext(operation, root / path);

    /// <summary>Makes an exception that a call would throw one of the store.</summary>
    public StoreException Translate(Exception exception) => new StoreException(classify(exception), exception).WithContext(operation, root / path);
}
