using System.Xml.Linq;

namespace PackageFiles;

/// <summary>The XML documentation as users of the package need it: public members only, links absolute.</summary>
internal static class PackageDocumentation
{
    public static void Trim(string file, IReadOnlySet<string> members, RepositoryLinks links)
    {
        var document = XDocument.Load(file, LoadOptions.PreserveWhitespace);
        foreach (var member in document.Descendants("member").Where(member => !members.Contains(member.Attribute("name")!.Value)).ToList())
        {
            // The line break and the indentation before it go, too.
            (member.PreviousNode as XText)?.Remove();
            member.Remove();
        }

        foreach (var link in document.Descendants().Attributes("href"))
        {
            link.Value = links.Absolute(link.Value, "");
        }

        document.Save(file, SaveOptions.DisableFormatting);
    }
}
