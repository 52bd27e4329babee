namespace Cairn.Flows;

/// <summary>The step cache: a task whose inputs, parameters and code are those of an earlier one does not run, and has the outputs of the earlier one.</summary>
public sealed record StepCache
{
    private StepCache(string code) => Code = code;

    /// <summary>Gets the version of the code.</summary>
    public string Code { get; }

    /// <summary>Gets how old the outputs may be, by the time at which their task ended. Default: any age.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>Gets the environment variables that the step depends on. Their values are part of the key, and only a digest of them is recorded. Default: none.</summary>
    public IReadOnlyList<string> EnvironmentVariables { get; init; } = [];

    /// <summary>Turns the cache on.</summary>
    /// <param name="codeVersion">The version of the code, such as <see cref="CodeVersion.OfAssembly{T}"/>. Whoever changes the code changes the version.</param>
    public static StepCache On(string codeVersion)
    {
        ArgumentException.ThrowIfNullOrEmpty(codeVersion);
        return new(codeVersion);
    }
}
