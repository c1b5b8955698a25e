using System.Text.RegularExpressions;

namespace Gateway.Servers;

/// <summary>Texts of this sample in which <c>${CAPITALS}</c> stand for what is known at start only.</summary>
internal static partial class Template
{
    /// <summary>Reads one that is part of this program.</summary>
    public static string Read(string name)
    {
        using var stream = typeof(Template).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is not part of this program.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>Fills it in.</summary>
    /// <exception cref="KeyNotFoundException">A value is missing.</exception>
    public static string Fill(string template, IReadOnlyDictionary<string, string> values) =>
        Placeholder().Replace(template, match => values.TryGetValue(match.Groups[1].Value, out var value)
            ? value
            : throw new KeyNotFoundException($"There is no value for {match.Value}."));

    [GeneratedRegex(@"\$\{([A-Z_]+)\}")]
    private static partial Regex Placeholder();
}
