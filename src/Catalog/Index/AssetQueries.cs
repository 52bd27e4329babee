using Cairn.Catalog.Names;

namespace Cairn.Catalog.Index;

/// <summary>Queries for assets.</summary>
internal sealed class AssetQueries(IndexConnection connection)
{
    private const string Columns = "a.uuid, a.state, a.created_at, a.created_by, a.changed_at, a.id, a.fold";

    /// <summary>Finds the asset that owns a name: the name's newest record names it, and its state lists the name.</summary>
    public AssetItem? Find(string fold) => connection.Rows(
        $"SELECT {Columns} FROM name o JOIN asset a ON a.uuid = o.owner JOIN asset_name l ON l.fold = o.fold AND l.asset = a.id WHERE o.fold = $0", Read, fold).SingleOrDefault().Item;

    public IndexPage<AssetItem> List(AssetQuery query)
    {
        var builder = new QueryBuilder();
        string from, order;
        var isDriven = true;
        if (query.Text is not null)
        {
            if (SearchText.ToQuery(query.Text) is not { } match)
                return new([], null);
            from = "asset_search s CROSS JOIN asset a ON a.id = s.rowid";
            builder.And($"asset_search MATCH {builder.Add(match)}");
        }
        else if (query.Alias is not null)
        {
            from = "alias l CROSS JOIN asset a ON a.id = l.asset";
            builder.And($"l.fold = {builder.Add(UnicodeTable.Fold(query.Alias))}");
        }
        else if (query.Tag is not null)
        {
            from = "asset_tag t CROSS JOIN asset a ON a.id = t.asset";
            builder.And($"t.tag = {builder.Add(query.Tag)}");
        }
        else
        {
            from = query.Order == AssetOrder.Changed ? "asset a INDEXED BY asset_changed" : query.Type is null ? "asset a INDEXED BY asset_fold" : "asset a INDEXED BY asset_type";
            isDriven = false;
        }
        // Few assets have an alias or a tag, compared with all; those that have it are sorted.
        if (query.Text is not null)
        {
            order = "s.rowid DESC";
            if (query.After is not null)
                builder.And($"s.rowid < {builder.Add(PageCursor.Read(query.After, 1)[0])}");
        }
        else if (query.Order == AssetOrder.Changed)
        {
            order = "a.changed_at DESC, a.id DESC";
            if (query.After is not null)
            {
                var after = PageCursor.Read(query.After, 2);
                builder.And($"(a.changed_at, a.id) < ({builder.Add(after[0])}, {builder.Add(after[1])})");
            }
        }
        else
        {
            order = "a.fold, a.id";
            if (query.After is not null)
            {
                var after = PageCursor.Read(query.After, 2);
                builder.And($"(a.fold, a.id) > ({builder.Add(after[0])}, {builder.Add(after[1])})");
            }
        }
        builder.And("a.fold IS NOT NULL");
        Filter(builder, query, isDriven);
        var rows = connection.Rows($"SELECT {Columns} FROM {from}{builder.Where} ORDER BY {order} LIMIT {builder.Add(query.PageSize + 1L)}", Read, builder.Values);
        var items = rows.Take(query.PageSize).ToList();
        if (rows.Count <= query.PageSize)
            return new([.. items.Select(i => i.Item)], null);
        var (last, fold) = items[^1];
        var next = query.Text is not null ? PageCursor.Write(last.Row)
            : query.Order == AssetOrder.Changed ? PageCursor.Write(last.ChangedAt.ToMicroseconds(), last.Row)
            : PageCursor.Write(fold!, last.Row);
        return new([.. items.Select(i => i.Item)], next);
    }

    private static void Filter(QueryBuilder builder, AssetQuery query, bool isDriven)
    {
        if (!query.IncludeDeleted)
            builder.And("a.gone = 0");
        builder.AndPrefix("a.fold", query.NamePrefix);
        if (query.Type is not null)
            builder.And($"a.type = {builder.Add(query.Type)}");
        if (query.Alias is not null && query.Text is not null)
            builder.And($"EXISTS (SELECT 1 FROM alias l WHERE l.fold = {builder.Add(UnicodeTable.Fold(query.Alias))} AND l.asset = a.id)");
        if (query.Tag is not null && isDriven && (query.Text is not null || query.Alias is not null))
            builder.And($"EXISTS (SELECT 1 FROM asset_tag t WHERE t.tag = {builder.Add(query.Tag)} AND t.asset = a.id)");
        if (query.Where.Count == 0)
            return;
        var conditions = string.Concat(query.Where.Select(c => $" AND {builder.Holds(c, "v.id")}"));
        builder.And($"EXISTS (SELECT 1 FROM version v WHERE v.asset = a.id AND v.n = a.latest{conditions})");
    }

    private static (AssetItem Item, string? Fold) Read(IndexRow row) => (
        new(ColumnValues.ToGuid(row.Bytes(0)), ColumnValues.ToState(row.Text(1)), ColumnValues.ToTime(row.Integer(2)), row.Text(3), ColumnValues.ToTime(row.Integer(4)), row.Integer(5)),
        row.OptionalText(6));
}
