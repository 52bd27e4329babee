namespace Cairn.Errors;

/// <summary>The values of <see cref="StoreException.Operation"/>: verb phrases for messages of the form "Cannot {phrase} {URI}: …".</summary>
public static class StoreOperations
{
    /// <summary><c>open the store</c></summary>
    public const string Open = "open the store";

    /// <summary><c>look at</c></summary>
    public const string Stat = "look at";

    /// <summary><c>open for reading</c></summary>
    public const string OpenRead = "open for reading";

    /// <summary><c>read</c></summary>
    public const string Read = "read";

    /// <summary><c>open for writing</c></summary>
    public const string OpenWrite = "open for writing";

    /// <summary><c>write</c></summary>
    public const string Write = "write";

    /// <summary><c>list</c></summary>
    public const string List = "list";

    /// <summary><c>copy</c></summary>
    public const string Copy = "copy";

    /// <summary><c>move</c></summary>
    public const string Move = "move";

    /// <summary><c>remove</c></summary>
    public const string Remove = "remove";

    /// <summary><c>make the directory</c></summary>
    public const string MakeDirectory = "make the directory";

    /// <summary><c>touch</c></summary>
    public const string Touch = "touch";

    /// <summary><c>presign</c></summary>
    public const string Presign = "presign";

    /// <summary><c>clean</c></summary>
    public const string Clean = "clean";

    /// <summary><c>download</c></summary>
    public const string Download = "download";

    /// <summary><c>upload</c></summary>
    public const string Upload = "upload";

    /// <summary><c>find</c></summary>
    public const string Find = "find";

    /// <summary><c>save</c></summary>
    public const string Save = "save";

    /// <summary><c>verify</c></summary>
    public const string Verify = "verify";
}
