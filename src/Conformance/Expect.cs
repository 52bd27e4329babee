using Xunit;

namespace Cairn.Conformance;

/// <summary>Expectations about errors that every suite shares.</summary>
internal static class Expect
{
    /// <summary>The call fails with a store error of this code, and the message says what was tried and on what.</summary>
    public static Task<ArtifactStoreException> ErrorAsync(StoreErrorCode code, Func<Task> call) => ErrorAsync([code], call);

    /// <summary>The call fails with a store error of one of these codes.</summary>
    public static async Task<ArtifactStoreException> ErrorAsync(StoreErrorCode[] codes, Func<Task> call)
    {
        var error = await Assert.ThrowsAnyAsync<ArtifactStoreException>(call).ConfigureAwait(false);
        Assert.True(codes.Contains(error.Code), $"Expected {string.Join(" or ", codes)}, and it was {error.Code}: {error}");
        Assert.NotNull(error.Operation);
        Assert.NotNull(error.Uri);
        return error;
    }
}
