using Xunit;

namespace Cairn.Conformance;

/// <summary>Tests that errors have the correct code, name the operation and its target, and contain no secret.</summary>
/// <typeparam name="THarness">The harness of the provider.</typeparam>
public abstract class ErrorTests<THarness> : StoreTests<THarness>
    where THarness : StoreHarness, new()
{
    private static readonly Dictionary<string, (StoreErrorCode Code, Func<ArtifactStore, Task> Act)> Failures = new()
    {
        ["open missing"] = (StoreErrorCode.NotFound, s => s.OpenReadAsync("d/missing", cancellationToken: Cancel)),
        ["stat missing"] = (StoreErrorCode.NotFound, s => s.StatAsync("d/missing", Cancel)),
        ["length of missing"] = (StoreErrorCode.NotFound, s => s.GetLengthAsync("d/missing", Cancel)),
        ["copy missing"] = (StoreErrorCode.NotFound, s => s.CopyAsync("d/missing", "other", WriteMode.Replace, Cancel)),
        ["move missing"] = (StoreErrorCode.NotFound, s => s.MoveAsync("d/missing", "other", WriteMode.Replace, Cancel)),
        ["read missing text"] = (StoreErrorCode.NotFound, s => s.ReadTextAsync("d/missing", Cancel)),
        ["below a file"] = (StoreErrorCode.NotFound, s => s.OpenReadAsync("f/missing", cancellationToken: Cancel)),
        ["open a directory"] = (StoreErrorCode.NotFound, s => s.OpenReadAsync("d", cancellationToken: Cancel)),
        ["open the root"] = (StoreErrorCode.NotFound, s => s.OpenReadAsync(default, cancellationToken: Cancel)),
        ["create existing"] = (StoreErrorCode.AlreadyExists, s => s.WriteTextAsync("f", "x", WriteMode.CreateNew, cancellationToken: Cancel)),
        ["match stale"] = (StoreErrorCode.PreconditionFailed, s => s.WriteTextAsync("f", "x", WriteMode.Match("stale"), cancellationToken: Cancel)),
        ["open stale"] = (StoreErrorCode.PreconditionFailed, s => s.OpenReadAsync("f", new() { IfMatch = "stale" }, Cancel)),
        ["range past the end"] = (StoreErrorCode.RangeNotSatisfiable, s => s.OpenReadAsync("f", new() { Range = new(1000) }, Cancel)),
        ["copy onto existing"] = (StoreErrorCode.AlreadyExists, s => s.CopyAsync("f", "d/g", WriteMode.CreateNew, Cancel)),
        ["move onto existing"] = (StoreErrorCode.AlreadyExists, s => s.MoveAsync("f", "d/g", WriteMode.CreateNew, Cancel)),
    };

    public static TheoryData<string> Cases => [.. Failures.Keys];

    public static TheoryData<string> Verbs => [.. StoreVerbs.All.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_failure_says_what_was_tried_on_what_and_why(string what)
    {
        await StoreVerbs.PrepareAsync(Store, Cancel);
        var (code, act) = Failures[what];
        var error = await FailsAsync(code, () => act(Store));
        Assert.False(string.IsNullOrWhiteSpace(error.Operation), "The error does not name the operation.");
        Assert.False(string.IsNullOrWhiteSpace(error.Reason), "The error has no reason.");
        Assert.True(error.Uri is not null, "The error does not name its target.");
        Assert.True(error.Uri!.IsUnder(Store.Root), $"The error names {error.Uri}, which is not in {Store.Root}.");
        Assert.Contains(error.Uri.ToString(), error.Message, StringComparison.Ordinal);
        Assert.Contains(code.ToString(), error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.False(error.IsTransient, "The error is marked as transient.");
        Assert.All(Harness.Secrets, secret => Assert.DoesNotContain(secret, error.ToString(), StringComparison.Ordinal));
        await HoldsOnlyAsync(StoreVerbs.Names);
    }

    [Xunit.Fact]
    public void The_address_of_the_store_shows_no_secret() =>
        Assert.All(Harness.Secrets, secret => Assert.DoesNotContain(secret, $"{Store.Root} {Store}", StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task A_disposed_store_refuses_every_verb(string verb)
    {
        var store = await OpenStoreAsync();
        await store.DisposeAsync();
        await store.DisposeAsync();
        await Assert.ThrowsAnyAsync<ObjectDisposedException>(() => StoreVerbs.All[verb](store, Cancel));
    }

    [Fact]
    public async Task Disposing_one_store_does_not_disturb_another_on_the_same_storage()
    {
        var other = await OpenStoreAsync();
        await PutAsync("f", Content(10));
        await other.DisposeAsync();
        Assert.Equal(Content(10), await GetAsync("f"));
    }

    [Fact]
    public async Task The_root_is_not_a_file_to_any_verb()
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.RemoveAsync(default, Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.TouchAsync(default, Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.CopyAsync("f", default, WriteMode.Replace, Cancel));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.MoveAsync(default, "f", WriteMode.Replace, Cancel));
        await FailsAsync(StoreErrorCode.NotFound, () => Store.GetLengthAsync(default, Cancel));
        Assert.True((await Store.StatAsync(default, Cancel)).IsDirectory);
    }

    [Fact]
    public async Task A_driver_classifies_what_it_throws()
    {
        var driver = await OpenDriverAsync();
        var missing = await Assert.ThrowsAnyAsync<Exception>(async () => await driver.OpenReadAsync(new("missing"), Cancel));
        Assert.Equal(StoreErrorCode.NotFound, driver.Classify(missing).Code);
        Assert.Equal(StoreErrorCode.Unknown, driver.Classify(new InvalidTimeZoneException("of nobody")).Code);
    }
}
