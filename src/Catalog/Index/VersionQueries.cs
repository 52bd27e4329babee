using Cairn.Artifacts;
using Microsoft.Data.Sqlite;

namespace Cairn.Catalog.Index;

/// <summary>Queries for versions.</summary>
internal sealed class VersionQueries(IndexConnection connection)
{
    private const string Columns = "a.uuid, a.name, v.n, v.seq, v.artifact, v.origin, v.type, v.created_at, v.created_by, v.description, v.tags, v.hidden, v.id, a.fold, a.id";

    public VersionItem? Find(Guid asset, int number) => connection.Rows(
        $"SELECT {Columns}, NULL FROM asset a JOIN version v ON v.asset = a.id WHERE a.uuid = $0 AND v.n = $1", Row.Of, asset.ToBytes(), number).SingleOrDefault()?.Item;

    public IndexPage<VersionItem> List(VersionQuery query)
    {
        var match = query.Text is null ? null : SearchText.ToQuery(query.Text);
        if (query.Text is not null && match is null)
            return new([], null);
        if (match is not null)
            return ByTime(query, "version_search s CROSS JOIN version v ON v.id = s.rowid", "s.rowid", b => b.And($"version_search MATCH {b.Add(match)}"));
        if (query.Where.Count > 0)
            return ByValue(query);
        if (query.Order == VersionOrder.Name)
            return ByName(query);
        if (query.Tag is not null)
            return ByTime(query with { Tag = null }, "version_tag t CROSS JOIN version v ON v.id = t.version", "t.version", b => b.And($"t.tag = {b.Add(query.Tag)}"));
        return ByTime(query, query.Asset is not null ? "version v" : query.Type is null ? "version v INDEXED BY version_time" : "version v INDEXED BY version_type", "v.id", _ => { });
    }

    /// <summary>The newest first, by an index that has rows in the order of their ids.</summary>
    private IndexPage<VersionItem> ByTime(VersionQuery query, string from, string id, Action<QueryBuilder> drive)
    {
        var builder = new QueryBuilder();
        drive(builder);
        if (query.After is not null)
            builder.And($"{id} < {builder.Add(PageCursor.Read(query.After, 1)[0])}");
        if (query.From is { } first)
            builder.And($"{id} >= {builder.Add(RowIds.First(first.ToMicroseconds()))}");
        if (query.Before is { } before)
            builder.And($"{id} < {builder.Add(RowIds.First(before.ToMicroseconds() + 999))}");
        Filter(builder, query, query.Where);
        return Page(query, $"SELECT {Columns}, NULL FROM {from} CROSS JOIN asset a ON a.id = v.asset{builder.Where} ORDER BY {id} DESC", builder, r => PageCursor.Write(r.Item.Row));
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
            builder.And($"(p.value, p.version) > ({builder.Add(after[0])}, {builder.Add(after[1])})");
        }
        Filter(builder, query, query.Where.Skip(1));
        return Page(query, $"SELECT {Columns}, p.value FROM property p INDEXED BY property_value CROSS JOIN version v ON v.id = p.version CROSS JOIN asset a ON a.id = v.asset{builder.Where} ORDER BY p.value, p.version",
            builder, r => PageCursor.Write(r.Value!, r.Item.Row));
    }

    /// <summary>By name; of each asset, the greatest number first. The rest of the asset at which the page before ended comes by itself.</summary>
    private IndexPage<VersionItem> ByName(VersionQuery query)
    {
        const string From = "asset a CROSS JOIN version v INDEXED BY version_number ON v.asset = a.id";
        const string Order = "ORDER BY a.fold, a.id, v.n DESC";
        List<Row> rows = [];
        if (query.After is not null)
        {
            var after = PageCursor.Read(query.After, 3);
            var rest = new QueryBuilder();
            rest.And($"a.id = {rest.Add(after[1])} AND a.fold = {rest.Add(after[0])} AND v.n < {rest.Add(after[2])}");
            Filter(rest, query, []);
            rows = connection.Rows($"SELECT {Columns}, NULL FROM {From}{rest.Where} {Order} LIMIT {rest.Add(query.PageSize + 1L)}", Row.Of, rest.Values);
        }
        if (rows.Count <= query.PageSize)
        {
            var builder = new QueryBuilder();
            builder.And("a.fold IS NOT NULL");
            if (query.After is not null)
            {
                var after = PageCursor.Read(query.After, 3);
                builder.And($"(a.fold, a.id) > ({builder.Add(after[0])}, {builder.Add(after[1])})");
            }
            Filter(builder, query, []);
            rows.AddRange(connection.Rows($"SELECT {Columns}, NULL FROM {From}{builder.Where} {Order} LIMIT {builder.Add(query.PageSize + 1L - rows.Count)}", Row.Of, builder.Values));
        }
        return Page(query, rows, r => PageCursor.Write(r.Fold ?? "", r.AssetRow, (long)r.Item.Number));
    }

    private static void Filter(QueryBuilder builder, VersionQuery query, IEnumerable<MetadataCondition> conditions)
    {
        builder.And("v.hidden = 0");
        builder.AndPrefix("a.fold", query.NamePrefix);
        if (query.Asset is { } asset)
            builder.And($"v.asset = (SELECT id FROM asset WHERE uuid = {builder.Add(asset.ToBytes())})");
        if (query.Type is not null)
            builder.And($"v.type = {builder.Add(query.Type)}");
        if (query.Tag is not null)
            builder.And($"EXISTS (SELECT 1 FROM version_tag x WHERE x.tag = {builder.Add(query.Tag)} AND x.version = v.id)");
        if (query.From is { } first)
            builder.And($"v.created_at >= {builder.Add(first.ToMicroseconds())}");
        if (query.Before is { } before)
            builder.And($"v.created_at < {builder.Add(before.ToMicroseconds())}");
        if (query.OnlyLatest)
            builder.And("v.n = a.latest");
        foreach (var condition in conditions)
        {
            builder.And($"EXISTS (SELECT 1 FROM property q WHERE q.version = v.id AND q.key = (SELECT id FROM key WHERE name = {builder.Add(condition.Key)}) AND {condition.ToSql("q.value", builder.Add(condition.ToParameter()))})");
        }
    }

    private IndexPage<VersionItem> Page(VersionQuery query, string sql, QueryBuilder builder, Func<Row, string> cursor) =>
        Page(query, connection.Rows($"{sql} LIMIT {builder.Add(query.PageSize + 1L)}", Row.Of, builder.Values), cursor);

    private static IndexPage<VersionItem> Page(VersionQuery query, List<Row> rows, Func<Row, string> cursor) =>
        new([.. rows.Take(query.PageSize).Select(r => r.Item)], rows.Count > query.PageSize ? cursor(rows[query.PageSize - 1]) : null);

    private sealed record Row(VersionItem Item, string? Fold, long AssetRow, object? Value)
    {
        public static Row Of(SqliteDataReader row) => new(
            new(ColumnValues.ToGuid((byte[])row[0]), row.TextOrNull(1), row.GetInt32(2), row.GetInt32(3), BlobDigest.Parse($"sha256:{Convert.ToHexStringLower((byte[])row[4])}"), row.TextOrNull(5),
                row.TextOrNull(6), ColumnValues.ToTime(row.GetInt64(7)), row.GetString(8), row.TextOrNull(9), ColumnValues.ToTexts(row.GetString(10)), row.GetInt32(11) == 1, row.GetInt64(12)),
            row.TextOrNull(13), row.GetInt64(14), row.IsDBNull(15) ? null : row.GetValue(15));
    }
}
