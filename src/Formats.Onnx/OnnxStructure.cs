namespace Cairn.Formats.Onnx;

/// <summary>What a model says of itself outside of its weights.</summary>
internal sealed class OnnxStructure
{
    private const int MaxDepth = 32;
    private readonly List<OnnxValue> _inputs = [];
    private readonly List<OnnxValue> _outputs = [];
    private readonly SortedDictionary<string, long> _opsets = new(StringComparer.Ordinal);
    private readonly SortedSet<StorePath> _external = [];
    private readonly HashSet<string> _initialized = new(StringComparer.Ordinal);
    private readonly ProtoReader _reader;
    private bool _hasGraph;

    private OnnxStructure(ProtoReader reader) => _reader = reader;

    /// <summary>What a caller must give: inputs without a value of their own.</summary>
    public IReadOnlyList<OnnxValue> Inputs => _inputs.FindAll(i => !_initialized.Contains(i.Name));

    public IReadOnlyList<OnnxValue> Outputs => _outputs;

    /// <summary>Versions of the sets of operators by domain; the domain of ONNX itself is empty.</summary>
    public IReadOnlyDictionary<string, long> Opsets => _opsets;

    public string Producer { get; private set; } = "";

    public long IrVersion { get; private set; }

    /// <summary>How many numbers the initializers of the graph hold.</summary>
    public long Parameters { get; private set; }

    /// <summary>The files beside the model that hold weights.</summary>
    public IReadOnlyCollection<StorePath> ExternalFiles => _external;

    /// <summary>Reads it; weights are passed over.</summary>
    /// <param name="stream">The model, at its start.</param>
    /// <param name="length">Its length.</param>
    /// <exception cref="InvalidDataException">It is not an ONNX model, or is cut short.</exception>
    public static OnnxStructure Read(Stream stream, long length)
    {
        var structure = new OnnxStructure(new(stream, length));
        structure.ReadModel(length);
        return structure._hasGraph && structure.IrVersion > 0 ? structure : throw new InvalidDataException("it is not an ONNX model: it has no version of the format, or no graph");
    }

    private void ReadModel(long end)
    {
        string? version = null;
        while (_reader.ReadTag(end) is { Field: > 0 } tag)
        {
            switch (tag)
            {
                case (1, ProtoReader.Varint):
                    IrVersion = (long)_reader.ReadVarint(end);
                    break;
                case (2, ProtoReader.Bytes):
                    Producer = _reader.ReadText(end);
                    break;
                case (3, ProtoReader.Bytes):
                    version = _reader.ReadText(end);
                    break;
                case (7, ProtoReader.Bytes):
                    _hasGraph = true;
                    ReadGraph(_reader.ReadEnd(end), 0);
                    break;
                case (8, ProtoReader.Bytes):
                    ReadOpset(_reader.ReadEnd(end));
                    break;
                case (25, ProtoReader.Bytes):
                    // A function: nodes in field 7.
                    ReadFields(_reader.ReadEnd(end), 7, to => ReadNode(to, 1));
                    break;
                default:
                    _reader.Skip(tag.Wire, end);
                    break;
            }
        }
        Producer = string.IsNullOrEmpty(version) ? Producer : $"{Producer} {version}".Trim();
    }

    private void ReadOpset(long end)
    {
        var (domain, version) = ("", 0L);
        while (_reader.ReadTag(end) is { Field: > 0 } tag)
        {
            switch (tag)
            {
                case (1, ProtoReader.Bytes):
                    domain = _reader.ReadText(end);
                    break;
                case (2, ProtoReader.Varint):
                    version = (long)_reader.ReadVarint(end);
                    break;
                default:
                    _reader.Skip(tag.Wire, end);
                    break;
            }
        }
        _opsets[domain == "ai.onnx" ? "" : domain] = version;
    }

    /// <summary>A graph; one within a node has inputs and outputs of its own, which are not the model's.</summary>
    private void ReadGraph(long end, int depth)
    {
        if (depth > MaxDepth)
            throw new InvalidDataException($"it has graphs within graphs of more than {MaxDepth} levels");
        while (_reader.ReadTag(end) is { Field: > 0 } tag)
        {
            switch (tag)
            {
                case (1, ProtoReader.Bytes):
                    ReadNode(_reader.ReadEnd(end), depth);
                    break;
                case (5, ProtoReader.Bytes):
                    ReadTensor(_reader.ReadEnd(end), isParameter: depth == 0);
                    break;
                case (11, ProtoReader.Bytes) when depth == 0:
                    _inputs.Add(ReadValue(_reader.ReadEnd(end)));
                    break;
                case (12, ProtoReader.Bytes) when depth == 0:
                    _outputs.Add(ReadValue(_reader.ReadEnd(end)));
                    break;
                case (15, ProtoReader.Bytes):
                    ReadSparseTensor(_reader.ReadEnd(end), isParameter: depth == 0);
                    break;
                default:
                    _reader.Skip(tag.Wire, end);
                    break;
            }
        }
    }

    private OnnxValue ReadValue(long end)
    {
        var (name, type, shape) = ("", "undefined", (IReadOnlyList<OnnxDimension>?)null);
        while (_reader.ReadTag(end) is { Field: > 0 } tag)
        {
            switch (tag)
            {
                case (1, ProtoReader.Bytes):
                    name = _reader.ReadText(end);
                    break;
                case (2, ProtoReader.Bytes):
                    (type, shape) = OnnxTypes.Read(_reader, _reader.ReadEnd(end));
                    break;
                default:
                    _reader.Skip(tag.Wire, end);
                    break;
            }
        }
        return new(name, type, shape);
    }

    /// <summary>Attributes in field 5, of which tensors and graphs matter: both may have weights in other files.</summary>
    private void ReadNode(long end, int depth) => ReadFields(end, 5, to =>
    {
        while (_reader.ReadTag(to) is { Field: > 0 } tag)
        {
            switch (tag)
            {
                case (5 or 10, ProtoReader.Bytes):
                    ReadTensor(_reader.ReadEnd(to), isParameter: false);
                    break;
                case (6 or 11, ProtoReader.Bytes):
                    ReadGraph(_reader.ReadEnd(to), depth + 1);
                    break;
                case (22 or 23, ProtoReader.Bytes):
                    ReadSparseTensor(_reader.ReadEnd(to), isParameter: false);
                    break;
                default:
                    _reader.Skip(tag.Wire, to);
                    break;
            }
        }
    });

    /// <summary>Values in field 1, indices in field 2: both tensors.</summary>
    private void ReadSparseTensor(long end, bool isParameter)
    {
        while (_reader.ReadTag(end) is { Field: > 0 } tag)
        {
            if (tag is (1 or 2, ProtoReader.Bytes))
                ReadTensor(_reader.ReadEnd(end), isParameter && tag.Field == 1);
            else
                _reader.Skip(tag.Wire, end);
        }
    }

    private void ReadTensor(long end, bool isParameter)
    {
        var count = 1d;
        string? location = null;
        var isExternal = false;
        while (_reader.ReadTag(end) is { Field: > 0 } tag)
        {
            switch (tag)
            {
                case (1, ProtoReader.Varint):
                    count *= _reader.ReadVarint(end);
                    break;
                case (1, ProtoReader.Bytes):
                    for (var to = _reader.ReadEnd(end); _reader.Position < to;)
                        count *= _reader.ReadVarint(to);
                    break;
                case (8, ProtoReader.Bytes) when isParameter:
                    _initialized.Add(_reader.ReadText(end));
                    break;
                case (13, ProtoReader.Bytes):
                    location = ReadEntry(_reader.ReadEnd(end), "location") ?? location;
                    break;
                case (14, ProtoReader.Varint):
                    isExternal = _reader.ReadVarint(end) == 1;
                    break;
                default:
                    _reader.Skip(tag.Wire, end);
                    break;
            }
        }
        if (isParameter)
            Parameters = (long)Math.Min(long.MaxValue / 2, Parameters + count);
        if (isExternal)
            _external.Add(OnnxFolder.NameOf(location));
    }

    /// <summary>The value of a pair of texts, where its key is this.</summary>
    private string? ReadEntry(long end, string wanted)
    {
        var (key, value) = ("", "");
        while (_reader.ReadTag(end) is { Field: > 0 } tag)
        {
            switch (tag)
            {
                case (1, ProtoReader.Bytes):
                    key = _reader.ReadText(end);
                    break;
                case (2, ProtoReader.Bytes):
                    value = _reader.ReadText(end);
                    break;
                default:
                    _reader.Skip(tag.Wire, end);
                    break;
            }
        }
        return key == wanted ? value : null;
    }

    private void ReadFields(long end, int field, Action<long> read)
    {
        while (_reader.ReadTag(end) is { Field: > 0 } tag)
        {
            if (tag == (field, ProtoReader.Bytes))
                read(_reader.ReadEnd(end));
            else
                _reader.Skip(tag.Wire, end);
        }
    }
}
