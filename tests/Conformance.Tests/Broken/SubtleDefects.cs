namespace Cairn.Conformance.Tests.Broken;

/// <summary>Broken drivers that were written from the page on semantics alone, by someone who had not read the kit.</summary>
internal static class SubtleDefects
{
    public static IReadOnlyList<Defect> All { get; } =
    [
        Of("Checks the version only in reads of the whole file.", driver => new ForgetsTheVersionInRanges(driver), "RangeTests"),
        Of("Refuses to read an empty file from its start, because the start is at its end.", driver => new RefusesToReadEmptyFiles(driver), "RangeTests"),
        Of("Computes the end of a range in 32 bits.", driver => new ComputesRangesIn32Bits(driver), "RangeTests"),
        Of("Reports the length of the range as the length of the file.", driver => new SaysTheLengthOfTheRange(driver), "RangeTests"),
        Of("Opens a file for one reader at a time.", driver => new ReadsForOneAtATime(driver), "ReadStreamTests"),
        Of("Reads a directory as an empty file.", driver => new ReadsDirectoriesAsEmptyFiles(driver), "DirectoryTests"),
        Of("Returns no content type and metadata with a read, although stat returns them.", driver => new ReadsWithoutAttributes(driver), "AttributesTests"),
        Of("Keeps the path of a call in a field, so that two concurrent calls use the same path.", driver => new KeepsThePathInAField(driver), "RaceTests"),
        Of("Classifies every failure as transient.", driver => new CallsEverythingTransient(driver), "ErrorTests"),
        Of("Accepts a version condition for a file that no longer exists.", driver => new MatchesWhatIsGone(driver), "ConditionalWriteTests"),
        Of("Checks the version when the write begins instead of when it is published.", driver => new ChecksTheVersionAtTheBeginning(driver), "ConditionalWriteTests"),
        Of("Reports that the file already exists when its version does not match.", driver => new MistakesTheCondition(driver), "ConditionalWriteTests"),
        Of("Drops the part before an empty last part.", driver => new DropsThePartBeforeAnEmptyOne(driver), "OutOfOrderPartTests"),
        Of("Keeps the content type and metadata of the old version if the new version has none.", driver => new InheritsAttributes(driver), "AttributesTests"),
        Of("Cuts the parameters off a content type.", driver => new CutsContentTypeParameters(driver), "AttributesTests"),
        Of("Returns the previous version after a write.", driver => new AnswersWithTheOldVersion(driver), "ConditionalWriteTests"),
        Of("Publishes before it checks the token.", driver => new PublishesBeforeItLooksAtTheToken(driver), "CancellationTests"),
        Of("Removes the other uploads of a file when one of them completes.", driver => new CompletionRemovesTheOthers(driver), "StagedTests"),
        Of("Fails when it is completed again after a success, as when only the response was lost.", driver => new CannotCompleteAgain(driver), "FaultedWriteTests"),
        Of("Assumes that every part except the last has the requested size, although it accepts any size.", driver => new PlacesPartsByNumber(driver), "OutOfOrderPartTests"),
        Of("Truncates a segment to 100 characters.", driver => new CutsLongNames(driver), "OddNameTests"),
        Of("Removes control characters from a name.", driver => new DropsControlCharacters(driver), "OddNameTests"),
        Of("Treats names that begin with a dot as hidden and does not list them.", driver => new HidesDotNames(driver), "GlobTests", "OddNameTests"),
        Of("Hides a directory if a file has the same name.", driver => new HidesDirectoriesBehindFiles(driver), "ListTests"),
        Of("Compares the name prefix with the last segment in recursive listings too.", driver => new MatchesPrefixesAgainstTheName(driver), "ListTests"),
        Of("Ignores case in name prefixes.", driver => new FoldsCaseOfPrefixes(driver), "ListTests"),
        Of("Compares positions with a directory's name without its slash.", driver => new ComparesPositionsWithoutTheSlash(driver), "OffsetExclusivityTests"),
        Of("Applies the limit before it skips the entries up to the position.", driver => new CountsBeforeItFilters(driver), "ExistsTests"),
        Of("Lists an explicitly created directory as the first entry of its listing.", driver => new ListsTheDirectoryItself(driver), "ListTests"),
        Of("Lists a file as the content of a directory with the same name.", driver => new ListsAFileAsItsDirectory(driver), "GlobTests"),
        Of("Lists files that are still being written, as empty files.", driver => new ListsUploadsInProgress(driver), "ListTests"),
        Of("Returns no versions in listings.", driver => new ListsWithoutVersions(driver), "StatTests"),
        Of("Checks the version when it deletes one file, but not when it deletes several.", driver => new DeletesAnyVersionInBatches(driver), "DeleteTests"),
        Of("Fails to delete a version of a file that no longer exists.", driver => new FailsToDeleteAVersionThatIsGone(driver), "DeleteTests"),
        Of("Deletes everything below the name of a deleted file.", driver => new DeletesTheTreeOfThatName(driver), "DirectoryTests"),
        Of("Stops a batch at its first failure and reports the remaining files as deleted.", driver => new LeavesABatchAtItsFirstFailure(driver), "DeleteTests"),
        Of("Removes a directory with its last file, even if it was created explicitly.", driver => new SweepsEmptyDirectories(driver), "DirectoryTests"),
        Of("Forgets that a directory was created explicitly once it contains a file.", driver => new ForgetsMadeDirectories(driver), "DirectoryTests"),
        Of("Fails to create a directory that already exists.", driver => new MakesADirectoryOnce(driver), "DirectoryTests"),
        Of("Removes all staged uploads instead of one.", driver => new RemovesAllThatIsStaged(driver), "StagedTests"),
        Of("Fails to remove a staged upload that no longer exists.", driver => new FailsToRemoveStagedThatIsGone(driver), "StagedTests"),
        Of("Hides a removed staged upload, but publishes it when its writer continues.", driver => new PublishesWhatWasRemoved(driver), "StagedTests"),
        Of("Returns the facts of the source after a copy.", driver => new AnswersACopyWithItsSource(driver), "CopyTests"),
        Of("Merges the attributes of the source into those of the existing target.", driver => new CopiesIntoTheOldAttributes(driver), "CopyTests"),
        Of("Moves the bytes and no attributes.", driver => new MovesWithoutAttributes(driver), "MoveTests"),
        Of("Moves over any version despite a version condition.", driver => new MovesOverAnyVersion(driver), "MoveTests"),
        Of("Copies over any version despite a version condition.", driver => new CopiesOverAnyVersion(driver), "CopyTests"),
        Of("Reports success for the move of a missing file.", driver => new MovesWhatIsMissing(driver), "MoveTests"),
        Of("Copies only the first megabyte.", driver => new CopiesTheFirstMegabyte(driver), "CopyTests"),
        Of("Loses the content type and metadata of a touched file.", driver => new TouchLosesAttributes(driver), "TouchTests"),
        Of("Creates a missing file on touch.", driver => new TouchMakesFiles(driver), "TouchTests"),
    ];

    private static Defect Of<TDriver>(string what, Func<Providers.StoreDriver, TDriver> make, params string[] suites)
        where TDriver : Providers.StoreDriver =>
        new(typeof(TDriver).Name, what, new(make), suites);
}
