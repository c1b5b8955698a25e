using System.Text.Json;

namespace Keycloak.ApiProtection.Load.SideBySide;

/// <summary>Writes the tables into the documents, between two comments; all else there is written by hand.</summary>
internal static class GatewayReport
{
    public const string FileName = "results.json";

    private const string Begin = "<!-- measured -->";
    private const string End = "<!-- /measured -->";

    public static int Write(string folder, string docs)
    {
        var file = Path.Combine(folder, FileName);
        if (!File.Exists(file))
        {
            Console.Error.WriteLine($"{file} is missing: run benchmarks/load/gateway.sh.");
            return 1;
        }

        var results = JsonSerializer.Deserialize<GatewayResults>(File.ReadAllText(file), JsonSerializerOptions.Web)!;
        var written = Replace(Path.Combine(docs, "gateway-or-in-process.md"), GatewayTables.Of(results, Wording.English))
            & Replace(Path.Combine(docs, "gateway-or-in-process.ja.md"), GatewayTables.Of(results, Wording.Japanese));
        return written ? 0 : 1;
    }

    /// <summary>A document that is not there is left out. False: it has no place for the tables.</summary>
    private static bool Replace(string document, string tables)
    {
        if (!File.Exists(document))
        {
            Console.WriteLine($"{document} is missing and left out.");
            return true;
        }

        var text = File.ReadAllText(document);
        var begin = text.IndexOf(Begin, StringComparison.Ordinal);
        var end = text.IndexOf(End, StringComparison.Ordinal);
        if (begin < 0 || end < begin)
        {
            Console.Error.WriteLine($"{document} has no place for the tables: write the lines {Begin} and {End} into it, one after the other.");
            return false;
        }

        File.WriteAllText(document, $"{text[..(begin + Begin.Length)]}\n{tables}{text[end..]}");
        Console.WriteLine($"{document} has the tables.");
        return true;
    }
}
