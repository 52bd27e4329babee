using Cairn.Artifacts;
using Cairn.Catalog.States;

namespace Cairn.Catalog.Index;

/// <summary>Queries for versions.</summary>
internal sealed class VersionQueries(IndexConnection connection)
{
    private const string Columns =
        "a.uuid, a.state, v.n, v.seq, v.artifact, v.origin, v.created_at, v.created_by, v.description, v.tags, (SELECT d.json FROM document d WHERE d.version = v.id), v.id, a.id, a.fold, "
        + "v.run, v.task";

    private readonly Dictionary<long, AssetState> _states = [];

    public VersionItem? Find(Guid asset, int number) => connection.Rows(
        $"SELECT {Columns}, NULL FROM asset a JOIN version v ON v.asset = a.id WHERE a.uuid = $0 AND v.n = $1", Read, asset.ToBytes(), number).SingleOrDefault()?.Item;

    public IndexPage<VersionItem> List(VersionQuery query)
    {
        if (query.Text is not null)
        {
            return SearchText.ToQuery(query.Text) is { } match
                ? ByTime(query, "version_search s CROSS JOIN version v ON v.id = s.rowid", "s.rowid", b => b.And($"version_search MATCH {b.Add(match)}"))
                : new([], null);
        }
        if (query.Where.Count > 0)
            return ByValue(query);
        if (query.Tag is not null)
            return ByTime(query with { Tag = null }, "version_tag t CROSS JOIN version v ON v.id = t.version", "t.version", b => b.And($"t.tag = {b.Add(query.Tag)}"));
        if (query.AssetId is not null)
            return ByNumber(query);
        return query.Order == VersionOrder.Name ? ByName(query) : ByTime(query, $"version v INDEXED BY {(query.Type is null ? "version_time" : "version_type")}", "v.id", null);
    }

    /// <summary>The newest first, by an index that has rows in the order of their ids.</summary>
    private IndexPage<VersionItem> ByTime(VersionQuery query, string from, string id, Action<QueryBuilder>? drive)
    {
        List<Row> rows = [];
        // The indexes of all versions have the deleted ones apart.
        foreach (var hidden in query.IncludeDeleted && drive is null ? (int[])[0, 1] : [0])
        {
            var builder = new QueryBuilder();
            drive?.Invoke(builder);
            builder.And($"v.hidden = {hidden}");
            if (query.After is not null)
                builder.And($"{id} < {builder.Add(PageCursor.Read(query.After, 1)[0])}");
            if (query.Since is { } since)
                builder.And($"{id} >= {builder.Add(RowIds.First(since.ToMicroseconds()))}");
            if (query.Until is { } until)
                builder.And($"{id} < {builder.Add(RowIds.First(until.ToMicroseconds() + 999))}");
            Filter(builder, query, query.Where);
            rows.AddRange(Rows($"{from} CROSS JOIN asset a ON a.id = v.asset", "NULL", builder, $"{id} DESC", query.PageSize + 1));
        }
        return Page(query, [.. rows.OrderByDescending(r => r.Item.Row).Take(query.PageSize + 1)], r => PageCursor.Write(r.Item.Row));
    }

    /// <summary>By the value that the first condition compares.</summary>
    private IndexPage<VersionItem> ByValue(VersionQuery query)
    {
        var builder = new QueryBuilder();
        var condition = query.Where[0];
        builder.And($"p.key = {builder.Add(connection.Integer("SELECT id FROM key WHERE name = $0", condition.Key) ?? 0)}");
        builder.And(condition.ToSql("p.value", builder.Add(condition.ToParameter())));
        if (query.After is not null)
        {
            var after = PageCursor.Read(query.After, 2);
            // The planner does not use the second column of the pair.
            builder.And(condition.Comparison == MetadataComparison.Equal ? $"p.version > {builder.Add(after[1])}" : $"(p.value, p.version) > ({builder.Add(after[0])}, {builder.Add(after[1])})");
        }
        Filter(builder, query, query.Where.Skip(1));
        const string From = "property p INDEXED BY property_value CROSS JOIN version v ON v.id = p.version CROSS JOIN asset a ON a.id = v.asset";
        var rows = Rows(From, "p.value", builder, "p.value, p.version", query.PageSize + 1);
        return Page(query, rows, r => PageCursor.Write(r.Value!, r.Item.Row));
    }

    /// <summary>The versions of one asset, the greatest number first.</summary>
    private IndexPage<VersionItem> ByNumber(VersionQuery query)
    {
        var builder = new QueryBuilder();
        builder.And($"v.asset = {builder.Add(connection.Integer("SELECT id FROM asset WHERE uuid = $0", query.AssetId!.Value.ToBytes()) ?? 0)}");
        if (!query.IncludeDeleted)
            builder.And("v.hidden = 0");
        if (query.After is not null)
            builder.And($"v.n < {builder.Add(PageCursor.Read(query.After, 1)[0])}");
        Filter(builder, query with { AssetId = null }, []);
        var rows = Rows("version v INDEXED BY version_number CROSS JOIN asset a ON a.id = v.asset", "NULL", builder, "v.n DESC", query.PageSize + 1);
        return Page(query, rows, r => PageCursor.Write((long)r.Item.Number));
    }

    /// <summary>By name; of each asset, the greatest number first. The rest of the asset at which the page before ended comes by itself.</summary>
    private IndexPage<VersionItem> ByName(VersionQuery query)
    {
        List<Row> rows = [];
        var builder = new QueryBuilder();
        if (query.After is null)
        {
            builder.And("a.fold IS NOT NULL");
        }
        else
        {
            var after = PageCursor.Read(query.After, 3);
            builder.And($"a.id = {builder.Add(after[1])} AND a.fold = {builder.Add(after[0])} AND v.n < {builder.Add(after[2])}");
            Add("asset a");
            builder = new();
            builder.And($"(a.fold, a.id) > ({builder.Add(after[0])}, {builder.Add(after[1])})");
        }
        if (rows.Count <= query.PageSize)
            Add($"asset a INDEXED BY {(query.Type is null ? "asset_fold" : "asset_type")}");
        return Page(query, rows, r => PageCursor.Write(r.Fold!, r.AssetRow, (long)r.Item.Number));

        void Add(string assets)
        {
            if (query.Type is not null)
                builder.And($"a.type = {builder.Add(query.Type)}");
            if (!query.IncludeDeleted)
                builder.And("v.hidden = 0");
            Filter(builder, query with { Type = null }, []);
            rows.AddRange(Rows($"{assets} CROSS JOIN version v INDEXED BY version_number ON v.asset = a.id", "NULL", builder, "a.fold, a.id, v.n DESC", query.PageSize + 1 - rows.Count));
        }
    }

    private static void Filter(QueryBuilder builder, VersionQuery query, IEnumerable<MetadataCondition> conditions)
    {
        builder.AndPrefix("a.fold", query.NamePrefix);
        if (query.AssetId is { } asset)
            builder.And($"v.asset = (SELECT id FROM asset WHERE uuid = {builder.Add(asset.ToBytes())})");
        if (query.Type is not null)
            builder.And($"v.type = {builder.Add(query.Type)}");
        if (query.Tag is not null)
            builder.And($"EXISTS (SELECT 1 FROM version_tag x WHERE x.tag = {builder.Add(query.Tag)} AND x.version = v.id)");
        if (query.Since is { } since)
            builder.And($"v.created_at >= {builder.Add(since.ToMicroseconds())}");
        if (query.Until is { } until)
            builder.And($"v.created_at < {builder.Add(until.ToMicroseconds())}");
        if (query.OnlyLatest)
            builder.And("v.n = a.latest");
        foreach (var condition in conditions)
            builder.And(builder.Holds(condition, "v.id"));
    }

    private List<Row> Rows(string from, string value, QueryBuilder builder, string order, int limit) =>
        connection.Rows($"SELECT {Columns}, {value} FROM {from}{builder.Where} ORDER BY {order} LIMIT {builder.Add((long)limit)}", Read, builder.Values);

    private static IndexPage<VersionItem> Page(VersionQuery query, List<Row> rows, Func<Row, string> cursor) =>
        new([.. rows.Take(query.PageSize).Select(r => r.Item)], rows.Count > query.PageSize ? cursor(rows[query.PageSize - 1]) : null);

    private Row Read(IndexRow row)
    {
        var asset = row.Integer(12);
        if (!_states.TryGetValue(asset, out var state))
            _states.Add(asset, state = ColumnValues.ToState(row.Text(1)));
        return new(
            new(ColumnValues.ToGuid(row.Bytes(0)), state, row.Number(2), row.Number(3), BlobDigest.Parse($"sha256:{Convert.ToHexStringLower(row.Bytes(4))}"), row.OptionalText(5),
                ColumnValues.ToTime(row.Integer(6)), row.Text(7), row.OptionalText(8), ColumnValues.ToTexts(row.Text(9)), ColumnValues.ToMetadata(row.OptionalText(10)), row.Integer(11))
            {
                Producer = row.OptionalGuid(14) is { } run && row.OptionalGuid(15) is { } task ? new(run, task) : null,
            },
            row.OptionalText(13), asset, row.Value(16));
    }

    private sealed record Row(VersionItem Item, string? Fold, long AssetRow, object? Value);
}
