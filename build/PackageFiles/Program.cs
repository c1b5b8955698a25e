using PackageFiles;

// Prepares two files of a package, see src/Directory.Build.targets:
//   documentation <assembly> <XML documentation> <URL of the repository's files>
//   readme <README> <target> <repository's root> <URL of the repository's files>
switch (args)
{
    case ["documentation", var assembly, var documentation, var url]:
        PackageDocumentation.Trim(documentation, PublicMembers.Of(assembly), new RepositoryLinks(url));
        return 0;
    case ["readme", var source, var target, var root, var url]:
        PackageReadme.Write(source, target, root, new RepositoryLinks(url));
        return 0;
    default:
        Console.Error.WriteLine("Usage: documentation <assembly> <xml> <url> | readme <source> <target> <root> <url>");
        return 1;
}
