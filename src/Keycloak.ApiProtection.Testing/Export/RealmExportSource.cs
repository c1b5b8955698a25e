namespace Keycloak.ApiProtection.Testing.Export;

/// <summary>Finds the realm export's text: given as it is, in a file, or built in.</summary>
internal static class RealmExportSource
{
    public static string Read(string? textOrPath)
    {
        if (textOrPath is null)
        {
            return EmbeddedText.Read("demo-realm.json");
        }

        if (textOrPath.AsSpan().TrimStart() is ['{' or '[', ..])
        {
            return textOrPath;
        }

        return File.Exists(textOrPath)
            ? File.ReadAllText(textOrPath)
            : throw new ArgumentException(
                $"There is no realm export at '{Path.GetFullPath(textOrPath)}'. Give the path of a file, or its JSON itself.");
    }
}
