namespace Keycloak.ApiProtection.Testing.Export;

/// <summary>Gets the text of the realm export, which is given directly, in a file, or built in.</summary>
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
                $"There is no realm export at '{Path.GetFullPath(textOrPath)}'. Specify the path of a file, or the JSON text itself.");
    }
}
