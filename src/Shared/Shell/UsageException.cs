namespace Cairn.Shell;

/// <summary>The exception that is thrown if the command line is not valid. The exit code is 2.</summary>
internal sealed class UsageException(string message, Exception? innerException = null) : Exception(message, innerException);
