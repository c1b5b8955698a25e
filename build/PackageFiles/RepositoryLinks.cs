namespace PackageFiles;

/// <summary>Makes links to files of the repository absolute: a package does not contain these files.</summary>
/// <param name="url">The URL of the repository's files for this version, without a slash at the end.</param>
internal sealed class RepositoryLinks(string url)
{
    /// <summary>The link as a URL. Absolute links and links within the page (<c>#...</c>) do not change.</summary>
    /// <param name="link">The link as written.</param>
    /// <param name="folder">The folder of the page, relative to the repository's root; empty for the root itself.</param>
    public string Absolute(string link, string folder)
    {
        if (link.StartsWith('#') || (Uri.TryCreate(link, UriKind.Absolute, out var absolute) && !absolute.IsFile))
        {
            return link;
        }

        // The host is only there so that "../" is resolved as a browser resolves it.
        var root = new Uri("https://repository/");
        var path = new Uri(new Uri(root, folder.Length == 0 ? "" : folder + "/"), link);
        return $"{url}{path.PathAndQuery}{path.Fragment}";
    }
}
